# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 6. Now you: six questions
#
# You can build autoencoders, look into their latents and let them write. **What can you find out with them?** Six questions, each with an
# experiment that runs by itself, and one or two functions that you write. A check says in words what is wrong; three hints help, the third most.
#
# | | question | you write |
# |---|---|---|
# | A | Would digits find their kinds without labels? | 6.1 `purity` |
# | B | What does convolution buy? | 6.2 `conv_features`, 6.3 `upsampling` |
# | C | What can 2 numbers hold of clothes, and of colour pictures? | 6.4 `mean_colour` |
# | D | Can an autoencoder clean a noisy picture? | 6.5 `psnr`, 6.6 `denoising_loss` |
# | E | Can it find the liar: a stranger, a wrong label? | 6.7 `roc_auc`, 6.8 `label_doubt` |
# | F | Can each latent hold one thing that we have a word for? | 6.9 `traversal` |
#
# **After this lesson you can** judge clusters by numbers, build a convolutional network and say when it pays, measure what noise and filters do,
# detect strangers and wrong labels and know when that fails, and ask which latent holds what.
#
# **Time:** 25 to 40 minutes a question; run all cells in order, and write the functions of the questions you like (later questions use earlier networks and pictures). On two processor cores the computer needs about four minutes for all.
# The results under the cells are the pictures to expect: with the full data, yours should look alike; with the small stand-ins they differ.
# **You need:** lesson 02 for C, lessons 01 and 02 for D, lesson 04 for A, B, E and F.

# %% [markdown] lang="ja"
# # 6. 今度はあなたの番：6つの問い
#
# オートエンコーダを組み立て、潜在空間をのぞき、字を書かせることができるようになりました。**それを使って、何を突き止められるでしょうか。** この回には6つの問いがあります。
# どの問いにも、そのまま動く実験と、あなたが書く関数が1つか2つあります。チェックは、どこが違うのかを言葉で教えてくれます。ヒントは3つずつあり、3つめがいちばん強いヒントです。
#
# | | 問い | 書く関数 |
# |---|---|---|
# | A | ラベルがなくても、数字は種類ごとに分かれるか | 6.1 `purity` |
# | B | 畳み込みを使うと何が得か | 6.2 `conv_features`、6.3 `upsampling` |
# | C | 2個の数で、服やカラー画像の何を表せるか | 6.4 `mean_colour` |
# | D | オートエンコーダは雑音を取り除けるか | 6.5 `psnr`、6.6 `denoising_loss` |
# | E | 異常データ（分布外の画像、まちがったラベル）を見つけられるか | 6.7 `roc_auc`、6.8 `label_doubt` |
# | F | 潜在変数のそれぞれに、名前のつく性質を1つずつ持たせられるか | 6.9 `traversal` |
#
# **この回でできるようになること：** クラスタを数値で評価する。畳み込みネットワークを組み立て、それが得になる場合を説明する。雑音とフィルタの効果を測る。分布外データやまちがったラベルを検出し、うまくいかない場合も
# 知る。どの潜在変数が何を持っているかを調べる。
#
# **時間：** 問い1つにつき25〜40分です。セルは上から順にすべて実行してください。関数は、好きな問いのものだけ書けばかまいません（後の問いは、前の問いのネットワークや画像を使います）。計算にかかるのは、2コアのパソコンで、全部合わせて約4分です。
# セルの下に載っている結果は、できあがりの見本です。完全なデータで実行すれば、似た結果になるはずです（小さな代わりのデータでは違ってきます）。
# **前提：** 問いCは第2回、問いDは第1回と第2回、問いA、B、E、Fは第4回。

# %%
import dataclasses

import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from scipy import ndimage
from sklearn.cluster import KMeans
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score, normalized_mutual_info_score, roc_auc_score, silhouette_score
from sklearn.neighbors import NearestNeighbors
from torch import nn

from aecourse import checks, images, latent, lesson, models, objectives, plots, training, widgets

device = lesson.start("en‖ja")
mnist = images.load_images("mnist")
print(mnist)

# %% [markdown] lang="en"
# (Data and their terms: MNIST and scikit-learn's small digits as in lesson 02. Fashion-MNIST: Xiao, Rasul, Vollgraf 2017, MIT License. CIFAR-10: Krizhevsky 2009, photographs from the web; its authors state no licence and ask to be cited.
# Where they are not at hand, simple shapes that the course draws take their place, and a line says so: then read "shape" for "garment" and for "photograph".)
#
# Four small networks for the first question, trained as in the lessons (about half a minute).

# %% [markdown] lang="ja"
# （データと利用条件：MNISTとscikit-learnの小さな数字は第2回のとおり。Fashion-MNIST：Xiao, Rasul, Vollgraf 2017、MITライセンス。CIFAR-10：Krizhevsky 2009、ウェブから集めた写真で、ライセンスの明示はなく、引用が求められています。手元にない場合は、教材が自分で描く簡単な図形を
# 代わりに使い、その旨を表示します。そのときは「服」や「写真」を「図形」と読みかえてください。）
#
# 最初の問いのために、小さなネットワークを4つ、これまでの回と同じように学習させます（30秒ほど）。

# %%
def rounds(dataset):
    """A short schedule: few epochs for a large set, more for a small one.‖短い学習計画：データが多ければ少ないエポック、少なければ多いエポック。"""
    many = len(dataset.train) > 20_000
    pace = {"batch_size": 256, "lr": 0.01} if many else {"batch_size": 64, "lr": 0.005}
    return {"epochs": max(3, min(8, 30_000 // len(dataset.train))), "progress": False, **pace}


two, twenty = (784, 256, 128, 64, 2), (784, 256, 20)                   # layer widths‖層の幅
nets = {"AE, 2": models.Autoencoder(two, hidden=nn.SiLU), "AE, 20": models.Autoencoder(twenty, hidden=nn.SiLU),
        "VAE, 2": models.VAE(two, hidden=nn.SiLU), "VAE, 20": models.VAE(twenty, hidden=nn.SiLU)}
for net in nets.values():
    training.fit(net, mnist, **rounds(mnist))

# %% [markdown] lang="en"
# ## A. Would digits find their kinds without labels?
#
# **k-means** (Lloyd 1957) puts $k$ centres into a space, gives every point to its nearest centre, moves each centre to the mean of its points, and repeats. It sees no label.
# But *near* means something else in each space: 784 pixels, PCA's directions, or a latent.
#
# Three numbers compare clusters with the true labels; all are 1 when they agree perfectly. **Purity** is for you to write. The **adjusted Rand
# index** (ARI) asks of every *pair* of points whether both sides say "together" or "apart", and is corrected so that chance gives 0. **Normalised
# mutual information** (NMI) asks how much of one naming the other tells, from 0 to 1.
#
# **Exercise 6.1 (10 minutes).** Write purity: the share of points whose label is the most frequent one in their cluster. Guess first: what is the purity
# when every point is a cluster of its own?
#
# <details><summary>Hint 1</summary>A cluster's number says nothing: cluster 3 may be full of sevens. Go through the clusters, and ask each for its most frequent label.</details>
# <details><summary>Hint 2</summary>Count, in each cluster, how often its most frequent label stands there. Add up these counts, and divide once, by the number of all points.</details>
# <details><summary>Hint 3</summary>For c in np.unique(clusters): np.bincount(labels[clusters == c]).max() is the count of that cluster. Sum them, divide by len(labels).</details>

# %% [markdown] lang="ja"
# ## 問いA：ラベルがなくても、数字は種類ごとに分かれるか
#
# **k平均法**（k-means、Lloyd 1957）は、空間に $k$ 個の中心を置き、どの点もいちばん近い中心に割り当て、中心をその点たちの平均へ動かす、という手順を繰り返します。ラベルは見ません。
# ただし、何を「近い」とするかは空間によって違います。784個の画素、PCAの軸、そして潜在空間では、それぞれ別の意味になります。
#
# クラスタと本当のラベルを比べる数値を3つ使います。どれも、完全に一致すれば1です。**純度**（purity）は、あなたに書いてもらいます。**調整ランド指数**（ARI）は、点の**ペア**ごとに、「同じグループか、別のグループか」が2つの分け方で一致するかを調べ、偶然なら平均0になるように補正した値です。**正規化相互情報量**（NMI）は、一方の分け方がわかれば、もう一方についてどれだけわかるかを、0から1で表します。
#
# **演習6.1（10分）** 純度を計算しましょう。自分のクラスタで最も多いラベルと同じラベルをもつ点が、全体に占める割合です。まず予想：どの点も1点だけで1つのクラスタになっていたら、純度はいくつでしょう。
#
# <details><summary>ヒント1</summary>クラスタの番号に意味はありません。3番のクラスタに7ばかり入っていることもあります。クラスタを順に見て、最も多いラベルを調べましょう。</details>
# <details><summary>ヒント2</summary>クラスタごとに、最も多いラベルの個数を数えます。それらを合計し、最後に1回だけ、全体の点の数で割ります。</details>
# <details><summary>ヒント3</summary>np.unique(clusters) の各 c について、np.bincount(labels[clusters == c]).max() がその個数です。合計して len(labels) で割ります。</details>

# %% exercise="6.1"
def purity(clusters, labels):
    """Share of points whose label is the most frequent of their cluster: [N], [N] -> a number.‖所属クラスタの最頻ラベルを持つ点の割合：整数 [N]、整数 [N] -> 数。"""
    # BEGIN SOLUTION
    clusters, labels = np.asarray(clusters), np.asarray(labels)
    counts = [np.bincount(labels[clusters == c]).max() for c in np.unique(clusters)]
    return sum(counts) / len(labels)
    # END SOLUTION


# %%
result = checks.exercise_6_1(purity)
print(result)

# %% exercise="6.1" points=1 tags=["instructor"]
assert checks.exercise_6_1(purity).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, A.** Typical wrong answers: the mean of the clusters' own purities (small clusters count too much); `clusters == labels`, as if the numbers had
# a meaning; the most frequent cluster of each label (inverse purity). Ask: "how would you cheat this measure?" (k = N). Discussion: k-means draws straight borders
# and likes round clusters of equal size; a 2-D autoencoder's latent has neither. Whoever finds that PCA with 20 numbers equals pixels has seen that k-means
# only uses the large directions.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（A）** よくある誤答：クラスタごとの純度を単純に平均する（小さなクラスタの影響が大きくなりすぎる）。番号に意味があるかのように `clusters == labels` とする。ラベルごとに最も多いクラスタを数える（逆の純度）。「この数値を
# だまして1に近づけるには？」と問いかけてください（k = N）。議論の種：k平均法の境界は直線で、丸くて同じくらいの大きさのクラスタを好みます。2次元の潜在空間の形はそうではありません。PCAの20個と画素全体がほぼ同じ結果になることに気づいた学生は、k平均法が
# ばらつきの大きい方向しか使っていないことを見抜いています。

# %% [markdown] lang="en"
# **Predict:** seven spaces, ten clusters each. In which space does k-means find the digits best, and where do two latents stand beside 784 pixels?

# %% [markdown] lang="ja"
# **予想：** 7つの空間で、それぞれ10個のクラスタに分けます。数字がいちばんよく分かれるのはどの空間でしょう。2個の潜在変数は、784個の画素と比べてどうでしょう。

# %%
guess = ...  # "pixels", "PCA, 2", "AE, 20"...‖"画素"、"PCA, 2"、"AE, 20"など

# %%
test, labels = mnist.test.images[:5000], mnist.test.labels[:5000].numpy()     # at most 5,000, for speed‖最大5,000枚（時間短縮）
flat = test.flatten(1).numpy()                                                # [N, 784]
pca = PCA(20, svd_solver="covariance_eigh").fit(mnist.train.images.flatten(1).numpy())
PIXELS = "pixels‖画素"
spaces = {PIXELS: flat, "PCA, 2": pca.transform(flat)[:, :2], "PCA, 20": pca.transform(flat)}
spaces |= {name: latent.embed(net, test) for name, net in nets.items()}
found = {name: latent.cluster(z)[0] for name, z in spaces.items()}            # {space: clusters [N]}‖{空間: クラスタ [N]}

# %%
agreement = {name: {"purity‖純度": latent.purity(clusters, labels), "ARI": adjusted_rand_score(labels, clusters),
                    "NMI": normalized_mutual_info_score(labels, clusters)} for name, clusters in found.items()}
if result.passed:
    own, true = purity(found[PIXELS], labels), latent.purity(found[PIXELS], labels)
    print(f"pixels: your purity {own:.3f}, true value {true:.3f}‖画素：あなたの純度 {own:.3f}、正しい値 {true:.3f}")
agreement = pd.DataFrame(agreement).T
agreement.round(2)

# %%
PURITY = agreement["purity‖純度"]
lesson.compare(guess, PURITY.idxmax())
lesson.say("**{best}** has the highest purity, {high:.2f}. Pixels: {pixels:.2f}. ‖純度が最も高いのは**{best}**で、{high:.2f}です。画素は{pixels:.2f}です。"
           "Two latents: AE {ae:.2f}, VAE {vae:.2f}.‖潜在変数2個では、AEが{ae:.2f}、VAEが{vae:.2f}です。",
           best=PURITY.idxmax(), high=PURITY.max(), pixels=PURITY[PIXELS], ae=PURITY["AE, 2"],
           vae=PURITY["VAE, 2"])

# %% [markdown] lang="en"
# (A cluster for every point has a purity of 1: purity alone rewards many clusters.) Test pictures, k-means as the best of ten starts. Always guessing the most frequent digit would give a purity near 0.11, and an ARI of 0. Read the rows in pairs: two numbers
# against twenty, PCA against autoencoder, AE against VAE. The AE was never told what counts as near, so its latent may be stretched like rubber, and k-means, which measures with
# one ruler in all directions, can cut it in the wrong places. The VAE's KL pulls its latent into one round cloud, which changes the distances again. The three columns need not agree: a space can gain in NMI without gaining in purity. A small difference between two rows may be the luck of one training: two more seeds would tell.
#
# Where do the borders run? Left, true labels; right, each point has the colour of the most frequent digit of its cluster.

# %% [markdown] lang="ja"
# （どの点も1点だけのクラスタなら、純度は1です。純度だけを見ると、クラスタは多いほどよいことになってしまいます。）値はテスト画像についてのもので、k平均法は10通りの初期値のうち、最もよい結果を使いました。いつも「最も多い数字」と答えるだけなら、純度は約0.11、ARIは0です。行を組にして読みましょう。2個の数と20個の数、PCAとオートエンコーダ、
# AEとVAEです。AEは何を近いとするかを教わっていないので、潜在空間はゴムのように伸び縮みしているかもしれません。どの方向も同じものさしで測るk平均法は、それをおかしなところで切ることがあります。VAEではKLが全体を1つの丸い雲に
# まとめるので、距離の意味がまた変わります。3つの列の順位は、同じとは限りません。純度は上がらないのに、NMIは上がることもあります。2つの行のわずかな差は、1回の学習の偶然かもしれません。乱数の種を変えて、あと2回ほど学習させてみればわかります。
#
# 境界はどこを通っているのでしょう。左は本当のラベル、右は、各クラスタで最も多い数字の色で塗ったものです。

# %%
z = spaces["VAE, 2"]
TRUE, NAMED = "true labels‖本当のラベル", "k-means, named by majority‖k平均法（多数決で命名）"
plots.latent_planes({TRUE: z, NAMED: z.copy()},
                    {TRUE: labels, NAMED: latent.name_clusters(found["VAE, 2"], labels)})

# %% [markdown] lang="en"
# k-means always cuts with straight lines, half-way between two centres. Where the colours on the right are too few, some digits have no cluster of their own, and others have two.
#
# A centre is a place, so it can be *decoded*. **Predict:** what does the mean of a cluster look like in pixels, and what if it is the mean of latents?

# %% [markdown] lang="ja"
# k平均法の境界は、いつも2つの中心から等しい距離にある直線です。右の図に足りない色があれば、その数字には自分のクラスタがなく、ほかのどれかが2つのクラスタを取っています。
#
# 中心も空間の1点ですから、**デコード**できます。**予想：** 画素の平均はどんな絵になるでしょう。潜在変数の平均をデコードするとどうでしょう。

# %%
centres = {name: latent.cluster(spaces[name])[1] for name in (PIXELS, "AE, 20", "VAE, 20")}       # [10, D]
pictures = {"mean of pixels‖画素の平均": torch.tensor(centres[PIXELS]).float().view(-1, 1, 28, 28)}
pictures |= {f"{name}, decoded‖{name}（デコード）": latent.decode(nets[name], centres[name]) for name in ("AE, 20", "VAE, 20")}
plots.compare_rows(pictures, "Ten cluster centres of each space‖各空間の10個のクラスタ中心", width=7)

# %% [markdown] lang="en"
# A mean of pixels is a blur of everybody in the cluster. A decoded mean of latents is sharper where the latent places around it are digits too; where it lies in a
# hole, it is a shape that nobody wrote.
#
# Why ten? *We* know that there are ten digits; k-means does not. Two rules are used to choose $k$ without labels: the **elbow**, where the spread inside the
# clusters stops falling steeply, and the **silhouette** (Rousseeuw 1987; near 1: points sit well inside their cluster; 0: on a border), which should have a peak. **Predict:** will they point at 10?

# %% [markdown] lang="ja"
# 画素の平均は、クラスタの全員を重ねたぼやけた絵になります。潜在変数の平均をデコードしたものは、まわりの点も数字になるところなら、もっとはっきりします。穴に落ちれば、誰も書いたことのない形になります。
#
# なぜ10個なのでしょう。数字が10種類だと知っているのは**私たち**で、k平均法ではありません。ラベルなしで $k$ を選ぶ方法として、2つがよく使われます。**エルボー法**は、クラスタ内の散らばりの減り方が急にゆるやかになるところ（ひじ）を探します。
# **シルエット係数**（Rousseeuw 1987。1に近いほど自分のクラスタの内側にあり、0なら境界上）を使うときは、その値が山になるところを探します。**予想：** どちらも10を指すでしょうか。

# %%
z, ks = spaces["AE, 20"][:2000], list(range(2, 21, 2))
fits = [KMeans(k, n_init=4, random_state=0).fit(z) for k in ks]
spread = np.array([fit.inertia_ for fit in fits])
silhouettes = [silhouette_score(z, fit.labels_) for fit in fits]
print(f"silhouettes from {min(silhouettes):.2f} to {max(silhouettes):.2f}‖シルエット係数 {min(silhouettes):.2f}～{max(silhouettes):.2f}")
figure = plots.lines({"spread inside the clusters‖クラスタ内のばらつき": (ks, spread / spread[0]),
                      "silhouette‖シルエット係数": (ks, np.divide(silhouettes, silhouettes[0]))},
                     "Spread and silhouette against k‖kとばらつき、シルエット係数", "number of clusters k‖クラスタの数 k",
                     "relative to k = 2‖k = 2に対する比", size=(7, 3.2))
figure.axes[0].set_xticks(ks)
figure

# %% [markdown] lang="en"
# A silhouette that stays near 0 says that the clusters touch: there are no gaps to find. If there is no clear bend and no clear peak at 10, then ten is our word, not the data's: a 4 and a 9 may lie nearer to each other than two kinds of 2. A cluster is an answer to
# "what lies together?", not to "which digit is it?".
#
# ## B. What does convolution buy?
#
# A dense layer does not know that pixels have neighbours: shuffle the pixels of all pictures in the same way, and it learns just as well. A **convolution** looks at 3 × 3 pixels at a time, with the same few weights
# everywhere, so what it learns about a stroke here it knows about a stroke there.
#
# **Exercise 6.2 (15 minutes).** Write the first half of a convolutional encoder: a module that turns pictures `[B, 1, 28, 28]` into 32 maps `[B, 32, 7, 7]` by two convolutions that halve the
# side each time. Guess first: how many weights and biases will it have? (A dense layer from 784 to 1568 has over a million.)
#
# <details><summary>Hint 1</summary>nn.Conv2d(channels in, channels out, kernel size, stride=, padding=). A stride of 2 looks at every second place.</details>
# <details><summary>Hint 2</summary>Kernel 3, stride 2, padding 1 makes 14 of 28, and 7 of 14. The channels could go 1, 8, 32; an activation stands between.</details>
# <details><summary>Hint 3</summary>nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.SiLU(), ...): one more convolution and activation like these, from 8 to 32 channels.</details>

# %% [markdown] lang="ja"
# シルエット係数がどこでも0に近いなら、クラスタどうしは接していて、見つけるべきすき間がないということです。10のところにはっきりした曲がり角も山もなければ、10という数は私たちの都合で、データが決めたものではありません。4と9のほうが、2の2通りの書き方どうしより近いこともあります。クラスタが答えるのは「何がまとまっているか」で、「どの数字か」ではないのです。
#
# ## 問いB：畳み込みを使うと何が得か
#
# 全結合層は、画素に隣があることを知りません。画素の並びを全画像で同じようにかき混ぜても、同じように学習します。**畳み込み**は、一度に3 × 3画素だけを、どこでも同じ少数の重みで見ます。だから、ある場所の線について学んだことが、別の場所の線にもそのまま使えます。
#
# **演習6.2（15分）** 畳み込みエンコーダの前半を書きましょう。画像 `[B, 1, 28, 28]` を、1辺を半分にする畳み込みを2回使って、32枚の特徴マップ `[B, 32, 7, 7]` に変えるモジュールです。まず予想：重みとバイアスは全部で何個になるでしょう（784から1568への全結合層なら、100万個を
# 超えます）。
#
# <details><summary>ヒント1</summary>nn.Conv2d(入力チャネル数, 出力チャネル数, カーネルの大きさ, stride=, padding=) です。ストライド2なら、1つおきに見ます。</details>
# <details><summary>ヒント2</summary>カーネル3、ストライド2、パディング1なら、28は14に、14は7になります。チャネル数は1、8、32と増やし、間に活性化関数をはさみます。</details>
# <details><summary>ヒント3</summary>nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.SiLU(), ...) のあとに、同じような畳み込みと活性化関数を、8チャネルから32チャネルへもう1組続けます。</details>

# %% exercise="6.2"
def conv_features():
    """Return a module of convolutions: pictures [B, 1, 28, 28] -> maps [B, 32, 7, 7].‖畳み込みのモジュールを返す：画像 [B, 1, 28, 28] -> 特徴マップ [B, 32, 7, 7]。"""
    # BEGIN SOLUTION
    return nn.Sequential(nn.Conv2d(1, 8, 3, stride=2, padding=1), nn.SiLU(),       # 28x28 -> 14x14
                         nn.Conv2d(8, 32, 3, stride=2, padding=1), nn.SiLU())      # 14x14 -> 7x7
    # END SOLUTION


# %%
features = checks.exercise_6_2(conv_features)
print(features)
if features.passed:
    count = sum(p.numel() for p in conv_features().parameters())
    print(f"your weights and biases: {count:,}‖あなたの重みとバイアスの個数：{count:,}")

# %% exercise="6.2" points=1 tags=["instructor"]
assert checks.exercise_6_2(conv_features).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 6.2.** Guess: 8·9 + 8 + 8·32·9 + 32 = 2,416. Typical wrong answers: no padding (6 × 6 or 5 × 5), one convolution only, a Linear layer with nn.Unflatten. The check moves a blob by four pixels and
# expects the maps to move by one place: let students say why a dense layer cannot do that.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（6.2）** 個数は 8·9 + 8 + 8·32·9 + 32 = 2,416 です。よくある誤答：パディングがない（6 × 6や5 × 5になる）、畳み込みが1回だけ、Linearとnn.Unflattenで形だけ合わせる。チェックは、点の塊を4画素動かし、特徴マップがちょうど1つ分動くかを調べます。全結合層では
# なぜそうならないのか、学生に説明させてください。

# %% [markdown] lang="en"
# The decoder must go the other way, from 7 × 7 to 28 × 28. The course's `ConvAutoencoder` uses **transposed convolutions**: each place of the small map paints a patch of the large one, and
# patches overlap. If they overlap unevenly, a pattern appears that nobody ordered (Odena, Dumoulin, Olah 2016):

# %% [markdown] lang="ja"
# デコーダは逆に、7 × 7から28 × 28へ戻します。教材の `ConvAutoencoder` は**転置畳み込み**を使います。小さなマップの1マスごとに、大きなマップの四角い範囲を塗り、その範囲どうしが重なります。重なり方にむらがあると、意図しない模様が現れます
# （Odena, Dumoulin, Olah 2016）。

# %%
lesson.show_figure("checkerboard")

# %% [markdown] lang="en"
# **Predict:** two decoders with random weights, one with kernels of 3, one of 4, get a map that is 1 everywhere. Does one of them draw an even picture? (Kernel 4 with stride 2, the course's own choice, paints each pixel equally *often*.)

# %% [markdown] lang="ja"
# **予想：** 重みが乱数のままで、カーネルの大きさが3と4の2つのデコーダに、どこも1の一様なマップを入れます。一様な絵を描くものはあるでしょうか（教材で使っているカーネル4・ストライド2では、どの画素も塗られる**回数**は同じです）。

# %%
def doubling(kernel, padding, extra):
    """Two transposed convolutions with stride 2: [B, 32, 7, 7] -> [B, 1, 28, 28].‖ストライド2の転置畳み込み2つ：[B, 32, 7, 7] -> [B, 1, 28, 28]。"""
    turned = {"kernel_size": kernel, "stride": 2, "padding": padding, "output_padding": extra}
    return nn.Sequential(nn.ConvTranspose2d(32, 8, **turned), nn.SiLU(),            # 7x7 -> 14x14
                         nn.ConvTranspose2d(8, 1, **turned))                        # 14x14 -> 28x28


def drawn(decoder):
    """A decoder's picture of an even map, contrast doubled: [1, 1, 28, 28].‖一様なマップを復元した画像、コントラスト2倍：[1, 1, 28, 28]。"""
    with torch.no_grad():
        picture = decoder(torch.ones(1, 32, 7, 7))
    return (0.5 + 2 * (picture - picture[..., 8:20, 8:20].mean())).clamp(0, 1)


torch.manual_seed(0)
transposed = [drawn(doubling(3, 1, 1)), drawn(doubling(4, 1, 0))]
plots.show_images(torch.cat(transposed), 2, "Kernel 3 and kernel 4‖カーネル3とカーネル4", width=4)

# %% [markdown] lang="en"
# Equally often is not enough: neighbouring pixels are painted by *different* weights of the kernel. Training can hide the pattern, but it has to learn that. (The border differs in any case: there the neighbours are missing.)
#
# **Exercise 6.3 (15 minutes).** Write a decoder half that cannot draw a checkerboard from an even map: first enlarge, then convolve, twice: `[B, 32, 7, 7]` to `[B, 1, 28, 28]`. Guess first: will it be faster or slower than the
# transposed one?
#
# <details><summary>Hint 1</summary>nn.Upsample(scale_factor=2) repeats every value in a 2 × 2 block; it has no weights.</details>
# <details><summary>Hint 2</summary>After it, a convolution with stride 1 that keeps the side: kernel 3, padding 1. The channels go 32, 8, 1.</details>
# <details><summary>Hint 3</summary>nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(32, 8, 3, padding=1), nn.SiLU(), ...): the same two once more, to 1 channel, without an activation.</details>

# %% [markdown] lang="ja"
# 塗られる回数が同じだけでは足りません。隣り合う画素は、カーネルの**別の**重みで塗られるからです。学習すれば模様を目立たなくできますが、そのための学習が余分に必要です（縁では隣がないので、いずれにせよ値が変わります）。
#
# **演習6.3（15分）** 一様なマップから市松模様を描くことのない、デコーダの後半を書きましょう。まず拡大し、それから畳み込む、を2回行い、`[B, 32, 7, 7]` を `[B, 1, 28, 28]` にします。まず予想：転置畳み込みより速いでしょうか、遅いでしょうか。
#
# <details><summary>ヒント1</summary>nn.Upsample(scale_factor=2) は、どの値も2 × 2のブロックに広げます。重みはありません。</details>
# <details><summary>ヒント2</summary>そのあとに、大きさを変えないストライド1の畳み込み（カーネル3、パディング1）を置きます。チャネル数は32、8、1と減らします。</details>
# <details><summary>ヒント3</summary>nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(32, 8, 3, padding=1), nn.SiLU(), ...) のあとに、同じ2つをもう一度、1チャネルになるように続けます。最後に活性化関数はつけません。</details>

# %% exercise="6.3"
def upsampling():
    """Return a module that enlarges and convolves, twice: maps [B, 32, 7, 7] -> [B, 1, 28, 28].‖拡大と畳み込みを2回行うモジュールを返す：[B, 32, 7, 7] -> [B, 1, 28, 28]。"""
    # BEGIN SOLUTION
    return nn.Sequential(nn.Upsample(scale_factor=2), nn.Conv2d(32, 8, 3, padding=1), nn.SiLU(),      # 7x7 -> 14x14
                         nn.Upsample(scale_factor=2), nn.Conv2d(8, 1, 3, padding=1))                  # 14x14 -> 28x28
    # END SOLUTION


# %%
ups = checks.exercise_6_3(upsampling)
print(ups)
if ups.passed:
    torch.manual_seed(0)
    display(plots.show_images(torch.cat([*transposed, drawn(upsampling())]), 3, "Kernel 3, kernel 4, yours‖カーネル3、カーネル4、あなた", width=6))

# %% exercise="6.3" points=1 tags=["instructor"]
assert checks.exercise_6_3(upsampling).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 6.3.** Typical wrong answers: a transposed convolution after all; one enlargement by 4 (passes, and is worth discussing: the second convolution then sees no 14 × 14 map); no padding. Upsampling first means that the
# convolutions work on four times as many places: slower. `mode="bilinear"` is fine, too.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（6.3）** よくある誤答：結局、転置畳み込みを使っている。一度に4倍に拡大する（合格しますが、議論の価値があります。2つめの畳み込みが14 × 14のマップを見なくなるからです）。パディングがない。先に拡大すると、畳み込みが働く場所が4倍になるので、遅くなります。
# `mode="bilinear"` でもかまいません。

# %% [markdown] lang="en"
# If you wrote it, expect an even grey from yours; only its border differs.
#
# Now the race: dense against convolutional, 20 latents each, a dot for each epoch, the test loss against the *seconds* of training. Every run lowers its learning rate to nearly 0 at its own end, so only the last dots are finished networks: that is why the dense one runs twice, once for as many epochs and once for three times as many. **Predict:** who wins per weight, who per epoch, who per second on this machine? (Under a minute.)

# %% [markdown] lang="ja"
# 演習6.3ができていれば、あなたのデコーダの絵は一様な灰色になるはずです（違うのは縁だけです）。
#
# いよいよ競走です。潜在変数はどちらも20個で、全結合と畳み込みを比べます。横軸は学習にかかった**秒数**、縦軸はテスト損失で、1エポックごとに点を打ちます。どの学習も、最後に学習率をほぼ0まで下げるので、学習が終わったといえるのは、それぞれの最後の点だけです。そこで、全結合は2回学習させます。畳み込みと同じエポック数と、その3倍です。**予想：** 重み1個あたり、1エポックあたり、このパソコンでの1秒あたりでは、それぞれどちらが勝つでしょう（実行は1分以内）。

# %%
racers = {"dense‖全結合": models.Autoencoder(twenty, hidden=nn.SiLU),
          "dense, 3 times‖全結合、3倍": models.Autoencoder(twenty, hidden=nn.SiLU),
          "convolutional‖畳み込み": models.ConvAutoencoder(20, channels=(8, 32), widths=())}
longer = rounds(mnist) | {"epochs": 3 * rounds(mnist)["epochs"]}
races = {name: training.fit(net, mnist, **(longer if name == "dense, 3 times‖全結合、3倍" else rounds(mnist)))
         for name, net in racers.items()}
plots.lines({name: (run.table["seconds"], run.table["test_loss"]) for name, run in races.items()},
            "Test MSE against seconds of training‖学習時間とテストMSE", "seconds‖秒", "test MSE‖テストMSE", size=(7, 3.2))

# %%
pd.DataFrame({name: {"weights and biases‖重みとバイアス": f"{sum(p.numel() for p in net.parameters()):,}",
                     "epochs‖エポック": len(races[name].rows),
                     "seconds an epoch‖1エポックの秒数": round(races[name].seconds / len(races[name].rows), 2),
                     "test MSE‖テストMSE": round(races[name].best["test_loss"], 4)} for name, net in racers.items()}).T

# %% [markdown] lang="en"
# Test MSE, mean over pixels in [0, 1], at the epoch that was best on validation. The convolutional network reaches a loss of the same order with a small part of the weights: that is what sharing them buys. Per epoch: compare the two rows with equally many epochs; the lower test MSE made more of each. Each weight is used at many places, though, so an epoch does not get cheaper as the weights get fewer, and may cost more: read the seconds an epoch. And MNIST's digits are centred and scaled, so a dense layer may rely on where a stroke lies. If the long dense run ends lower and no later than the convolutional one, then on this processor the dense network is the better use of a second; on a graphics card the count can turn, and in question C the pictures are of another kind.
#
# **Predict:** two latents now, with variational autoencoders. Will the convolutional map look different in *kind*? (About 15 seconds. The circles hold 39, 86 and 99 % of the prior.)

# %% [markdown] lang="ja"
# 数値はテストMSE（[0, 1] の画素についての平均）で、検証損失が最も小さかったエポックのものです。畳み込みネットワークは、ずっと少ない重みで、同じ桁の損失に届きます。重みを共有する効果です。1エポックあたりでは、エポック数の等しい2つの行を比べてください。テストMSEの小さいほうが、同じエポック数で、よりよく学んだことになります。ただし、1つの重みを多くの場所で使うので、重みが減っても1エポックの時間は短くならず、むしろ長くなることもあります。「1エポックの秒数」の列を見てください。また、MNISTの数字は位置も大きさもそろえてあるので、全結合層は「線がどこにあるか」を当てにできます。3倍学習した全結合のほうが、畳み込みより遅れずに、低い損失で終わっていれば、このCPUでは、同じ時間をかけるなら、全結合のほうが得です。GPUでは逆になることもあり、
# 問いCでは画像の種類も変わります。
#
# **予想：** 今度は潜在変数を2個にして、VAEで比べます。畳み込みにすると、地図は**質的に**違ったものになるでしょうか（実行は15秒ほど。円の中には、事前分布の39、86、99 %が入ります）。

# %%
conv_vae = models.ConvVAE(2, channels=(8, 16), widths=(128, 64))
run = training.fit(conv_vae, mnist, **rounds(mnist))
DENSE, CONV = "dense VAE‖全結合VAE", "convolutional VAE‖畳み込みVAE"
losses = {DENSE: training.evaluate(nets["VAE, 2"], mnist.test)["loss"], CONV: run.best["test_loss"]}
print({name: round(loss, 1) for name, loss in losses.items()}, "nats (grey BCE + KL, sums, test mean)‖ナット（灰色BCE + KL、和、テスト平均）")
plots.latent_planes({DENSE: spaces["VAE, 2"], CONV: latent.embed(conv_vae, test)}, labels, prior=True)

# %% [markdown] lang="en"
# On MNIST the maps differ as two seeds of lesson 02 did: turned, mirrored, other neighbours. (On the small digits one of the two latents may hardly be used, and a map shrink to a line: then look at the losses, too.) The bottleneck of two numbers is what limits both. (For an autoencoder without the V the same comparison is one line: `models.ConvAutoencoder(2, channels=(8, 16), widths=(128, 64))`.)
#
# If both your functions passed, they are put together here: your convolutions, 20 latents, your decoder, about a third of the epochs. The seconds an epoch answer the guess of exercise 6.3. (With only one of them the next cell shows nothing.)

# %% [markdown] lang="ja"
# MNIST全体では、2つの地図の違いは、第2回で乱数の種を変えたときと同じ程度です。回転や裏返しがあり、どの数字が隣り合うかも変わります（小さな数字では、片方の潜在変数がほとんど使われず、地図が線のように細くなることもあります。そのときは損失も見てください）。どちらも、2個の数というボトルネックに縛られています（VAEでないオートエンコーダでも、`models.ConvAutoencoder(2, channels=(8, 16), widths=(128, 64))` の1行で同じ比較が
# できます）。
#
# 2つの関数がどちらも合格していれば、ここで組み合わせます。あなたの畳み込み、20個の潜在変数、あなたのデコーダで、エポック数は3分の1ほどです。1エポックの秒数で、演習6.3の予想も確かめてください（片方だけのときは、次のセルは何も表示しません）。

# %%
class MyAutoencoder(models.Autoencoder):
    def __init__(self):
        nn.Module.__init__(self)
        self.encoder = nn.Sequential(conv_features(), nn.Flatten(), nn.Linear(32 * 7 * 7, 20))       # [B, 20]
        self.decoder = nn.Sequential(nn.Linear(20, 32 * 7 * 7), nn.Unflatten(1, (32, 7, 7)), upsampling(), nn.Sigmoid())


if features.passed and ups.passed:
    torch.manual_seed(0)
    mine, short = MyAutoencoder(), rounds(mnist) | {"epochs": rounds(mnist)["epochs"] // 3}
    course = models.ConvAutoencoder(20, channels=(8, 32), widths=())           # transposed‖転置畳み込み
    for name, run in {"yours‖あなた": training.fit(mine, mnist, **short),
                      "the course's‖教材": training.fit(course, mnist, **short)}.items():
        mse, pace = run.rows[-1]["test_loss"], run.seconds / len(run.rows)
        print(f"{name}: test MSE {mse:.4f}, {pace:.1f} seconds an epoch‖{name}：テストMSE {mse:.4f}、1エポック{pace:.1f}秒")
    display(plots.compare_rows({"input‖入力": test[:10], "yours‖あなた": latent.reconstruct(mine, test[:10])},
                               "Your network‖あなたのネットワーク", width=7))

# %% [markdown] lang="en"
# ## C. What can 2 numbers hold of clothes, and of colour pictures?
#
# Digits are easy pictures: strokes on black. **Fashion-MNIST** has ten kinds of clothes, shoes and bags in grey, 28 × 28. **Predict:** which kinds will lie on one another in the latent plane? (About 20 seconds.)

# %% [markdown] lang="ja"
# ## 問いC：2個の数で、服やカラー画像の何を表せるか
#
# 数字は、黒地に線という簡単な画像でした。**Fashion-MNIST** は、10種類の服、靴、バッグの、28 × 28のグレースケール画像です。**予想：** 潜在平面で重なってしまうのは、どの種類でしょう（実行は20秒ほど）。

# %%
fashion = images.load_images("fashion")
print(fashion)
clothes = {2: models.Autoencoder(two, hidden=nn.SiLU), 20: models.Autoencoder(twenty, hidden=nn.SiLU)}
cloth_runs = {size: training.fit(net, fashion, **rounds(fashion)) for size, net in clothes.items()}
worn, kinds = fashion.test.images[:3000], fashion.test.labels[:3000].numpy()
plots.latent_plane(latent.embed(clothes[2], worn), kinds, f"{fashion.name}: two latents‖{fashion.name}：潜在変数2個", fashion.class_names)

# %%
rows = {"input‖入力": worn[:10]} | {f"{size} latents‖潜在変数{size}個": latent.reconstruct(net, worn[:10]) for size, net in clothes.items()}
plots.compare_rows(rows, f"{fashion.name}: 2 and 20 latents‖{fashion.name}：潜在変数2個と20個", width=7)

# %%
cloth_pca = PCA(20, svd_solver="covariance_eigh").fit(fashion.train.images.flatten(1).numpy())
all_flat = fashion.test.images.flatten(1).numpy()                                         # [N, 784]
pca_mse = np.square(cloth_pca.inverse_transform(cloth_pca.transform(all_flat)) - all_flat).mean()
cloth_mse = cloth_runs[20].best["test_loss"]
print(f"test MSE: 20 latents {cloth_mse:.4f}, PCA {pca_mse:.4f}‖テストMSE：潜在変数20個 {cloth_mse:.4f}、PCA {pca_mse:.4f}")

# %%
lesson.say("The error of the 20 latents is **{share:.2f}** times that of PCA with 20 numbers.‖潜在変数20個の誤差は、20個の数を使うPCAの**{share:.2f}**倍です。",
           share=cloth_mse / pca_mse)

# %% tags=["instructor"]
assert cloth_runs[20].best["test_loss"] < 2 / 3 * pca_mse

# %% [markdown] lang="en"
# On Fashion-MNIST, what lies on one another in the plane is alike in outline: shirt, coat and pullover. There two numbers keep the outline and the brightness: is it long, is it wide, is it dark? (Of drawn shapes they keep mostly the place, so the kinds lie on one another all over the plane.) Twenty bring back shape and some shading, hardly any print or texture: those are many small things, each worth little squared error. The line above compares with PCA at the same 20 numbers: what lies below 1 is the gain from a curved surface.
#
# Now photographs in colour: **CIFAR-10**, 32 × 32 × 3 = 3,072 numbers. What is a fair opponent for two latents? The mean image says nothing about the single picture; but three numbers are enough for the picture's *mean colour*.
#
# **Exercise 6.4 (5 minutes).** Write that opponent: every pixel is replaced by the mean colour of its own picture. Guess first: will two latents beat these three numbers?
#
# <details><summary>Hint 1</summary>Pictures are [N, C, H, W]. Which two axes are averaged away, and which two stay?</details>
# <details><summary>Hint 2</summary>.mean(dim=(2, 3), keepdim=True) has shape [N, C, 1, 1]; now spread it over all pixels again.</details>
# <details><summary>Hint 3</summary>.expand_as(images) spreads axes of length 1 to the shape of the pictures.</details>

# %% [markdown] lang="ja"
# Fashion-MNISTでは、平面の上で重なるのは、シャツ、コート、プルオーバーのように、輪郭の似たものどうしです。2個の数に残るのは、輪郭と明るさです。長いか、幅が広いか、暗いか（教材が描く図形では、残るのはおもに位置なので、種類は平面のどこでも重なり合います）。20個になると、形と多少の陰影が戻りますが、プリントや生地の模様はほとんど戻りません。細かいものがたくさんあっても、1つ1つの二乗誤差は小さいからです。上の行は、同じ20個の数を使うPCAとの比較です。1より小さい分だけ、曲がった面を使える得があります。
#
# 次は、カラーの写真です。**CIFAR-10** は 32 × 32 × 3 = 3,072個の数でできています。2個の潜在変数は、何と比べるのが公平でしょう。平均画像は、1枚1枚の画像について何も教えてくれません。けれども数が3個あれば、画像の**平均の色**を表せます。
#
# **演習6.4（5分）** この比較対象を計算する関数を書きましょう。すべての画素を、その画像の平均の色で置きかえます。まず予想：2個の潜在変数は、この3個の数に勝てるでしょうか。
#
# <details><summary>ヒント1</summary>画像の形は [N, C, H, W] です。どの2つの軸を平均し、どの2つを残しますか。</details>
# <details><summary>ヒント2</summary>.mean(dim=(2, 3), keepdim=True) の形は [N, C, 1, 1] です。これを、もう一度すべての画素に広げます。</details>
# <details><summary>ヒント3</summary>.expand_as(images) を使うと、長さ1の軸が画像の形まで広がります。</details>

# %% exercise="6.4"
def mean_colour(images):
    """Each picture painted in its mean colour: [N, C, H, W] -> [N, C, H, W].‖各画像を平均の色で塗りつぶす：[N, C, H, W] -> [N, C, H, W]。"""
    # BEGIN SOLUTION
    return images.mean(dim=(2, 3), keepdim=True).expand_as(images)
    # END SOLUTION


# %%
colour = checks.exercise_6_4(mean_colour)
print(colour)

# %% exercise="6.4" points=1 tags=["instructor"]
assert checks.exercise_6_4(mean_colour).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, C.** Typical wrong answers in 6.4: one grey mean over the channels, too; the mean over the batch (the mean image); a result of shape [N, C, 1, 1]. A good question after the table: "which latent would you spend first on a photograph?"
# (Overall brightness, then light above and dark below.) The dense network loses to PCA on photographs: too many weights for ten thousand pictures; the convolutional one comes about level with it. That is the answer to B's question.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（C）** 6.4のよくある誤答：チャネルまで平均して灰色にする。バッチについて平均する（平均画像になる）。[N, C, 1, 1] のまま返す。表のあとでよい問いは「写真1枚に潜在変数を1個だけ使えるなら、何に使いますか」です（全体の明るさ、次に、上が明るく下が暗いこと）。
# 写真では、全結合のネットワークはPCAに負けます。1万枚の画像に対して、重みが多すぎるからです。畳み込みなら、PCAとほぼ並びます。これが問いBの答えです。

# %% [markdown] lang="en"
# **Predict** the order of these seven by test MSE: dense with 2 and with 20 latents, convolutional with 20, PCA with 2 and with 20, the mean image, the mean colour. (At most 10,000 training pictures, about 40 seconds.)

# %% [markdown] lang="ja"
# **予想：** 全結合（2個と20個）、畳み込み（20個）、PCA（2個と20個）、平均画像、平均の色の7つを、テストMSEの小さい順に並べてください（訓練画像は最大10,000枚、実行は40秒ほど）。

# %%
cifar = images.load_images("cifar10")
print(cifar)
cifar = dataclasses.replace(cifar, train=images.ImageSplit(cifar.train.images[:10_000], cifar.train.labels[:10_000]))
size, linear = (3, 32, 32), {"hidden": nn.SiLU, "output": "linear"}   # no sigmoid: dark pictures‖暗い画像ではシグモイドが黒に固まる
colours = {"dense, 2‖全結合、2": models.Autoencoder((3072, 256, 64, 2), size, **linear),
           "dense, 20‖全結合、20": models.Autoencoder((3072, 256, 20), size, **linear),
           "convolutional, 20‖畳み込み、20": models.ConvAutoencoder(20, channels=(8, 32), widths=(), shape=size, **linear)}
pace = {"dense, 2‖全結合、2": 0.005, "dense, 20‖全結合、20": 0.005, "convolutional, 20‖畳み込み、20": 0.01}    # learning rates‖学習率
table = {name: training.fit(net, cifar, epochs=4, batch_size=128, lr=pace[name], progress=False).best["test_loss"]
         for name, net in colours.items()}

# %%
seen, photos = cifar.train.images.flatten(1).numpy(), cifar.test.images                       # [N, 3072], [M, 3, 32, 32]
directions = PCA(20, svd_solver="randomized", random_state=0).fit(seen)
parts = directions.transform(photos.flatten(1).numpy())                                       # [M, 20]
for count in (2, 20):
    back = parts[:, :count] @ directions.components_[:count] + directions.mean_
    table[f"PCA, {count}"] = np.square(back - photos.flatten(1).numpy()).mean()
table["mean image‖平均画像"] = np.square(directions.mean_ - photos.flatten(1).numpy()).mean()
if colour.passed:
    table["mean colour: 3 numbers‖平均の色（3個の数）"] = objectives.mse(mean_colour(photos), photos).item()
pd.Series(table, name="test MSE‖テストMSE").sort_values().round(4).to_frame()

# %%
rows = {"input‖入力": photos[:10]} | {name: latent.reconstruct(net, photos[:10]) for name, net in colours.items()}
plots.compare_rows(rows, f"{cifar.name}: 2 and 20 latents‖{cifar.name}：潜在変数2個と20個", width=7)

# %% [markdown] lang="en"
# Of a photograph, two numbers hold about as much as a nearly grey wash: how bright, and whether the top, the middle or the edge is lighter (of a shape: roughly where it is). *What* is in the picture is not in them, for an object may stand anywhere, in any colour, and squared error cares most about large areas. Twenty give a blur in which
# a shape can be guessed. On CIFAR-10 the two latents beat the mean colour, although it has three numbers: was your guess right? (With exercise 6.4 done, its row is in the table.) They also know *where* it is light. So they do on shapes: on a black ground the place matters more than the mean colour, which may lose even to the mean image. Compare the dense with the convolutional network of 20 latents, too: the dense one has about 1.6 million weights for at most ten thousand pictures; the convolutional one shares its weights, and may need fewer pictures. If it is the better one in your table (on CIFAR-10 it is), that is one answer to what convolution is for. But see where PCA stands: on CIFAR-10, with so few pictures and so short a training, a linear map, which shares nothing, is a strong opponent.
#
# ## D. Can an autoencoder clean a noisy picture?
#
# Since lesson 02 the bottleneck has kept the network from copying. Back to the other way, with which lesson 01 ended: spoil the input and ask for the clean picture (**denoising autoencoder**, Vincent and others 2008). Copying does not help any more, so even a wide latent must know what digits look like.
#
# Pictures are compared in **decibels**: the **peak signal-to-noise ratio** (PSNR) is $10 \log_{10}(1 / \mathrm{MSE})$ for pixels in [0, 1], so 10 dB more is a tenth of the error.
#
# **Exercise 6.5 (5 minutes).** Write the PSNR of each picture. Guess first: noise with a standard deviation of 0.5 on every pixel, how many dB?
#
# <details><summary>Hint 1</summary>First the mean squared error of each picture, [N], as in exercise 2.3. Then the logarithm.</details>
# <details><summary>Hint 2</summary>The logarithm has base 10, and log(1 / MSE) is -log(MSE).</details>
# <details><summary>Hint 3</summary>mse = (pictures - clean).square().flatten(1).mean(1); the answer is a factor times torch.log10(mse). Which factor, which sign?</details>

# %% [markdown] lang="ja"
# 写真の場合、2個の数で表せるのは、ほぼ灰色の濃淡だけです。全体がどのくらい明るいか、そして上、中央、縁のどこが明るいか、くらいです（図形なら、だいたいの場所です）。**何が**写っているかは入っていません。物はどこに、どんな色で写っていてもよく、二乗誤差は面積の大きいところを重視するからです。20個になると、形を
# 推測できる程度のぼやけた絵になります。CIFAR-10では、2個の潜在変数が、3個の数で表す平均の色に勝ちます。**どこ**が明るいかも持てるからです。図形でもそうです。黒い背景では、平均の色よりも位置のほうが大事で、平均の色は平均画像にさえ負けることがあります。あなたの予想は当たりましたか（演習6.4ができていれば、表に平均の色の行があります）。潜在変数20個の、全結合と畳み込みも比べてください。全結合には約160万個の重みがあるのに、画像は多くても1万枚です。重みを共有する畳み込みなら、少ない画像で足りるかもしれません。あなたの表で畳み込みのほうがよければ（CIFAR-10ではそうなります）、畳み込みは何のためにあるのかという問いへの、1つの答えになります。ただし、PCAの位置も見てください。CIFAR-10では、画像がこれだけ少なく、学習がこれだけ短いと、何も共有しない線形の方法も手ごわい相手です。
#
# ## 問いD：オートエンコーダは雑音を取り除けるか
#
# 第2回からは、ボトルネックがあるので、丸写しができませんでした。ここで、第1回の最後に使ったやり方に戻りましょう。入力を汚して、きれいな画像を答えさせる**デノイジングオートエンコーダ**（雑音除去型、Vincentら 2008）です。写すだけでは答えにならないので、潜在変数が多くても、数字がどんな形かを知らなければなりません。
#
# 画像の比較には**デシベル**（dB）を使います。**ピーク信号対雑音比**（PSNR）は、画素が [0, 1] のとき $10 \log_{10}(1 / \mathrm{MSE})$ で、10 dB大きければ誤差は10分の1です。
#
# **演習6.5（5分）** 1枚ごとのPSNRを計算しましょう。まず予想：すべての画素に標準偏差0.5の雑音を加えると、何dBになるでしょう。
#
# <details><summary>ヒント1</summary>まず、演習2.3と同じように、1枚ごとの平均二乗誤差 [N] を求めます。それから対数です。</details>
# <details><summary>ヒント2</summary>対数の底は10です。また、log(1 / MSE) は -log(MSE) と同じです。</details>
# <details><summary>ヒント3</summary>mse = (pictures - clean).square().flatten(1).mean(1) として、torch.log10(mse) に係数を掛けます。係数はいくつで、符号はどちらでしょう。</details>

# %% exercise="6.5"
def psnr(pictures, clean):
    """Peak signal-to-noise ratio in dB, pixels in [0, 1]: two [N, 1, H, W] -> [N].‖画像ごとのピーク信号対雑音比（dB）、画素は[0, 1]：[N, 1, H, W] 2つ -> [N]。"""
    # BEGIN SOLUTION
    mse = (pictures - clean).square().flatten(1).mean(1)
    return -10 * torch.log10(mse)
    # END SOLUTION


# %%
decibel = checks.exercise_6_5(psnr)
print(decibel)
noise = 0.5 * torch.randn(test.shape, generator=torch.Generator().manual_seed(0))             # [N, 1, 28, 28]
noisy = test + noise
if decibel.passed:
    own, true = psnr(noisy, test).mean(), objectives.psnr(noisy, test).mean()
    print(f"your value {own:.2f} dB, true value {true:.2f} dB‖あなたの値 {own:.2f} dB、正しい値 {true:.2f} dB")

# %% exercise="6.5" points=1 tags=["instructor"]
assert checks.exercise_6_5(psnr).passed

# %% [markdown] lang="en"
# **Exercise 6.6 (10 minutes).** Write the loss of a denoising autoencoder for one batch: the network sees clean + noise; what it answers is compared with ... ? Guess first: what would a network learn that is compared with its noisy input?
#
# <details><summary>Hint 1</summary>The difference from an ordinary autoencoder is one place: input and target are not the same any more.</details>
# <details><summary>Hint 2</summary>network(...) gets the spoiled picture. The mean squared error is taken against the picture without noise.</details>
# <details><summary>Hint 3</summary>answer = network(clean + noise); the loss is the mean over everything of the squared difference between answer and ... the one that the network has not seen.</details>

# %% [markdown] lang="ja"
# **演習6.6（10分）** デノイジングオートエンコーダの、1バッチ分の損失を書きましょう。ネットワークが見るのは clean + noise です。その答えを、何と比べればよいでしょう。まず予想：もし雑音の入った入力と比べたら、ネットワークは何を学ぶでしょう。
#
# <details><summary>ヒント1</summary>ふつうのオートエンコーダとの違いは1か所だけです。入力と目標が、同じではなくなります。</details>
# <details><summary>ヒント2</summary>network(...) に渡すのは、汚した画像です。平均二乗誤差は、雑音のない画像との間で計算します。</details>
# <details><summary>ヒント3</summary>answer = network(clean + noise) とします。損失は、answer と「ネットワークに見せていないほうの画像」との差を二乗し、すべてについて平均した値です。</details>

# %% exercise="6.6"
def denoising_loss(network, clean, noise):
    """Mean squared error of a denoiser: a function, clean and noise [B, 1, H, W] -> a scalar.‖雑音除去の平均二乗誤差：関数、画像と雑音 [B, 1, H, W] -> スカラー。"""
    # BEGIN SOLUTION
    return (network(clean + noise) - clean).square().mean()
    # END SOLUTION


# %%
loss_check = checks.exercise_6_6(denoising_loss)
print(loss_check)

# %% exercise="6.6" points=1 tags=["instructor"]
assert checks.exercise_6_6(denoising_loss).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, D.** PSNR of noise with standard deviation 0.5: -10 log10(0.25) = 6.02 dB. Typical wrong answers: the natural logarithm; 20 times the logarithm of the MSE (20 belongs to its root); one number for the batch; in 6.6 the noisy picture as target, which
# teaches the identity. The filters are tuned, too, on validation pictures: without that the comparison would flatter the network. The clothes at the end are the point to dwell on: a denoiser does not remove noise, it moves towards what it knows.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（D）** 標準偏差0.5の雑音のPSNRは、-10 log10(0.25) = 6.02 dBです。よくある誤答：自然対数を使う。MSEの対数に20を掛ける（20は、その平方根に掛けるものです）。バッチ全体で1つの数にする。6.6では、雑音の入った画像を目標にする（恒等写像を学ぶ）。フィルタのほうも検証画像で
# 調整してあります。そうしないと、ネットワークに有利な比較になるからです。最後の服の実験で立ち止まってください。雑音除去器は雑音を取り除くのではなく、自分の知っているものに近づけるのです。

# %% [markdown] lang="en"
# The network is an autoencoder with 64 latents; only its loss is new (yours, if it passed). Fresh noise for every batch, so no noisy picture is ever seen twice. (With the noisy picture as target it would be rewarded for copying, noise and all; only its narrow middle, too small for the noise of 784 pixels, would stop most of it.) The opponents are a **median filter** (each pixel becomes the median of its
# neighbourhood) and a **Gaussian filter** (a weighted mean of it), each at the width that is best on *validation* pictures (in pixels: the side of the median's window, the standard deviation of the Gaussian's weights; about 15 seconds). **Predict** the three in dB; the noisy pictures have about 6.

# %% [markdown] lang="ja"
# ネットワークは潜在変数64個のオートエンコーダで、新しいのは損失だけです（演習に合格していれば、あなたの損失を使います）。バッチごとに新しい雑音を加えるので、同じ入力は二度と現れません（目標を雑音の入った画像にすると、雑音ごと丸写しするほど損失が小さくなります。それを妨げるのは、784画素分の雑音を通せない、狭いボトルネックだけです）。比較対象は、**中央値フィルタ**（各画素を、まわりの画素の中央値で置きかえる）と
# **ガウシアンフィルタ**（まわりの画素の重み付き平均）です。どちらも、**検証**画像で最もよかった幅を使います（単位は画素。中央値フィルタでは窓の1辺、ガウシアンフィルタでは重みの標準偏差です。実行は15秒ほど）。**予想：** 3つはそれぞれ何dBになるでしょう。雑音の入った画像は、約6 dBです。

# %%
NOISE = 0.5
step_loss = denoising_loss if loss_check.passed else objectives.denoising_mse


class Denoiser(models.Autoencoder):
    def loss(self, batch):
        clean = models.inputs_of(batch)                                        # [B, 1, 28, 28]
        return {"loss": step_loss(self, clean, NOISE * torch.randn_like(clean))}


denoiser = Denoiser((784, 256, 64), hidden=nn.SiLU)
training.fit(denoiser, mnist, **rounds(mnist));

# %%
def filtered(pictures, kind, width):
    """Pictures [N, 1, H, W] after a filter, one by one.‖1枚ずつフィルタをかけた画像 [N, 1, H, W]。"""
    if kind == "median‖中央値":
        return torch.tensor(ndimage.median_filter(pictures.numpy(), size=(1, 1, width, width)))
    return torch.tensor(ndimage.gaussian_filter(pictures.numpy(), sigma=(0, 0, width, width)))


held_out = mnist.train.images[-500:]                                           # validation‖検証データ
spoiled = held_out + NOISE * torch.randn(held_out.shape, generator=torch.Generator().manual_seed(1))
widths = {"median‖中央値": (3, 5, 7), "gaussian‖ガウシアン": (0.5, 0.75, 1, 1.25, 1.5, 2)}
best = {kind: max(sizes, key=lambda w: objectives.psnr(filtered(spoiled, kind, w).clamp(0, 1), held_out).mean())
        for kind, sizes in widths.items()}
print("best widths on validation:‖検証データで最も良い幅：", best)

# %%
MEDIAN, GAUSSIAN, NETWORK = "median‖中央値", "gaussian‖ガウシアン", "denoiser‖雑音除去AE"
guess = {MEDIAN: ..., GAUSSIAN: ..., NETWORK: ...}    # dB, e.g. 10‖dB、例：10

# %%
cleaned = {"noisy‖雑音つき": noisy, **{kind: filtered(noisy, kind, width).clamp(0, 1) for kind, width in best.items()},
           "denoiser‖雑音除去AE": latent.reconstruct(denoiser, noisy)}
decibels = {name: objectives.psnr(pictures, test).mean().item() for name, pictures in cleaned.items()}
plots.compare_rows({"clean‖雑音なし": test[:10]} | {name: pictures[:10] for name, pictures in cleaned.items()},
                   "Noise, two filters, one network‖雑音、2つのフィルタ、ネットワーク", width=7)

# %%
lesson.compare(guess, {name: decibels[name] for name in guess}, near=1)
lesson.say("Noisy: {noisy:.1f} dB; median {median:.1f}, Gaussian {gaussian:.1f}, network **{network:.1f}** dB (test mean).‖雑音つきは{noisy:.1f} dB、中央値フィルタは{median:.1f} dB、ガウシアンフィルタは{gaussian:.1f} dB、ネットワークは**{network:.1f}** dBです（テスト平均）。",
           noisy=decibels["noisy‖雑音つき"], median=decibels[MEDIAN], gaussian=decibels[GAUSSIAN],
           network=decibels[NETWORK])

# %% [markdown] lang="en"
# A filter knows only that neighbours resemble each other, so it pays for less noise with blurred strokes. The network knows digits: it fills in strokes that the noise has broken. Is that always good? **Predict:** what will it make of noisy *clothes*?

# %% [markdown] lang="ja"
# フィルタが知っているのは、隣どうしは似ているということだけです。だから、雑音を減らすと線もぼやけます。ネットワークは数字を知っているので、雑音で途切れた線を補います。これは、いつでもよいことでしょうか。**予想：** 雑音の入った**服**の画像を見せると、何を描くでしょう。

# %%
strange = worn[:1000]
strange_noisy = strange + NOISE * torch.randn(strange.shape, generator=torch.Generator().manual_seed(2))
cleaned = {"noisy‖雑音つき": strange_noisy, **{kind: filtered(strange_noisy, kind, width).clamp(0, 1) for kind, width in best.items()},
           "denoiser of digits‖数字の雑音除去AE": latent.reconstruct(denoiser, strange_noisy)}
print({name: round(objectives.psnr(pictures, strange).mean().item(), 1) for name, pictures in cleaned.items()}, "dB, mean‖dB、平均")
plots.compare_rows({"clean‖雑音なし": strange[:10]} | {name: pictures[:10] for name, pictures in cleaned.items()},
                   "The same network on clothes‖同じネットワークに服の画像", width=7)

# %% [markdown] lang="en"
# It moves everything towards strokes of digits. A filter is mediocre everywhere; a learned denoiser is good where its training pictures were, and elsewhere invents something plausible, without saying so. In medicine or in court that difference matters.
#
# ## E. Can it find the liar?
#
# Lesson 01 found strange days by their reconstruction error. Here are two kinds of liars: a picture that does not belong (a *stranger*), and a picture that belongs but carries a **wrong label**.
#
# How good a score is at finding them is told by the **ROC AUC**: take one normal and one strange picture at random; how often does the strange one have the higher score? 1: always; 0.5: no better than a coin; *below* 0.5: the score points the wrong way.
#
# **Exercise 6.7 (10 minutes).** Write it just like that: the share of all pairs in which the strange one scores higher, ties counting half. Guess first: what does it become when all scores are doubled?
#
# <details><summary>Hint 1</summary>Compare every normal score with every strange score: that is a table of len(normal) × len(strange) comparisons.</details>
# <details><summary>Hint 2</summary>strange[:, None] > normal[None, :] makes the whole table; a tie is strange[:, None] == normal[None, :].</details>
# <details><summary>Hint 3</summary>The mean of a table of True and False is the share of True. Add half the share of ties.</details>

# %% [markdown] lang="ja"
# 何を見せても、数字の線のほうへ引き寄せてしまいます。フィルタは、どこでもそこそこの働きをします。学習した雑音除去器は、訓練画像に似たものではよく働き、そうでないところでは、何の断りもなく、もっともらしい絵を作り上げます。医療や裁判では、この違いが重大になります。
#
# ## 問いE：異常データを見つけられるか
#
# 第1回では、再構成誤差で異常な日を見つけました。ここでは、2種類の異常データを探します。仲間ではない画像（**分布外データ**）と、仲間ではあるが**まちがったラベル**のついた画像です。
#
# スコアがどれだけ役に立つかは、**ROC AUC** で表します。ふつうの画像と分布外データの画像を1枚ずつ無作為に選んだとき、分布外データのスコアのほうが高い割合です。1なら必ず高く、0.5ならコイン投げと同じ、0.5**未満**なら、スコアが逆を向いています。
#
# **演習6.7（10分）** 定義どおりに書きましょう。すべての組のうち、分布外データのスコアのほうが高い組の割合で、引き分けは半分と数えます。まず予想：すべてのスコアを2倍にすると、値はどうなるでしょう。
#
# <details><summary>ヒント1</summary>ふつうのスコアすべてと、分布外データのスコアすべてを比べます。len(normal) × len(strange) の表ができます。</details>
# <details><summary>ヒント2</summary>strange[:, None] > normal[None, :] で、表全体が一度にできます。引き分けは strange[:, None] == normal[None, :] です。</details>
# <details><summary>ヒント3</summary>TrueとFalseの表を平均すると、Trueの割合になります。それに、引き分けの割合の半分を足します。</details>

# %% exercise="6.7"
def roc_auc(normal, strange):
    """Share of pairs where the strange one scores higher, ties half: [N], [M] -> a number.‖異常なほうのスコアが高い組の割合（同点は半分）：[N]、[M] -> 数。"""
    # BEGIN SOLUTION
    higher = strange[:, None] > normal[None, :]                                # [M, N]
    tie = strange[:, None] == normal[None, :]
    return higher.double().mean() + tie.double().mean() / 2
    # END SOLUTION


# %%
auc_check = checks.exercise_6_7(roc_auc)
print(auc_check)

# %% exercise="6.7" points=1 tags=["instructor"]
assert checks.exercise_6_7(roc_auc).passed

# %% [markdown] lang="en"
# Two scores: the **reconstruction error**, and the **latent place**, here the mean distance to the ten nearest training latents. Two kinds of strangers for networks that know digits: clothes, and the digit **1** for networks that were trained on the nine others. And three sizes of latent: 2, 20, 64.
# **Predict:** a better autoencoder has a smaller error on its own pictures. Does that make it a better detector? (Under a minute.)

# %% [markdown] lang="ja"
# スコアは2つです。**再構成誤差**と、**潜在空間での位置**（ここでは、訓練画像の潜在変数のうち近い10個までの距離の平均）です。分布外データも2種類です。1つは、数字を学んだネットワークに見せる服、もう1つは、1以外の数字だけを学んだネットワークに見せる数字の**1**です。潜在変数の数は、2、20、64の3通りです。
# **予想：** よくできたオートエンコーダほど、仲間の画像の誤差は小さくなります。では、検出器としてもよくなるでしょうか（実行は1分以内）。

# %%
def errors(net, pictures):
    """Mean squared error of each picture: [N, ...] -> [N].‖画像ごとの平均二乗誤差：[N, ...] -> [N]。"""
    return (latent.reconstruct(net, pictures) - pictures).square().flatten(1).mean(1).numpy()


def loneliness(net, pictures, known):
    """Mean distance in latent space to the ten nearest known pictures: [N].‖潜在空間で最も近い既知の10枚までの平均距離：[N]。"""
    near = NearestNeighbors(n_neighbors=10).fit(latent.embed(net, known))
    return near.kneighbors(latent.embed(net, pictures))[0].mean(axis=1)


def auc(score, normal, strange):
    """ROC AUC of a score, a function of pictures.‖スコア（画像の関数）のROC AUC。"""
    return roc_auc_score([0] * len(normal) + [1] * len(strange), np.concatenate([score(normal), score(strange)]))


# %%
nine = mnist.train.labels != 1
without = dataclasses.replace(mnist, train=images.ImageSplit(mnist.train.images[nine], mnist.train.labels[nine]))
cases = {"clothes‖服": (mnist, test, worn),
         "the digit 1‖数字の1": (without, test[labels != 1], test[labels == 1])}
shapes_of = {2: two, 20: twenty, 64: (784, 512, 64)}
findings, scores = {}, {}
for stranger, (data, normal, strange) in cases.items():
    for size, shape in shapes_of.items():
        net = models.Autoencoder(shape, hidden=nn.SiLU)
        training.fit(net, data, **rounds(data))
        known = data.train.images[:10_000]
        findings[stranger, size] = {
            "own error‖既知の画像の誤差": errors(net, normal).mean(), "stranger's error‖分布外の誤差": errors(net, strange).mean(),
            "AUC by error‖誤差のAUC": auc(lambda x: errors(net, x), normal, strange),
            "AUC by latent place‖潜在空間での位置のAUC": auc(lambda x: loneliness(net, x, known), normal, strange)}
        scores[stranger, size] = (errors(net, normal), errors(net, strange))
pd.DataFrame(findings).T.rename_axis(["stranger‖分布外データ", "latents‖潜在変数"]).round(3)

# %%
ONE = "the digit 1‖数字の1"
if auc_check.passed:
    own, true = roc_auc(*map(torch.tensor, scores[ONE, 20])), findings[ONE, 20]["AUC by error‖誤差のAUC"]
    print(f"20 latents: your ROC AUC {own:.3f}, true value {true:.3f}‖潜在変数20個：あなたのROC AUC {own:.3f}、正しい値 {true:.3f}")
plots.histogram({"known digits‖既知の数字": scores[ONE, 64][0], ONE: scores[ONE, 64][1]},
                "Errors with 64 latents‖潜在変数64個の誤差",
                "mean squared error of a picture‖画像1枚の平均二乗誤差")

# %% [markdown] lang="en"
# (Doubling all scores changes nothing: only their order counts.) Test pictures. Clothes give themselves away: they are full of grey areas that no digit has. The digit 1 is the trap. A 1 is simple, a stroke that many digits contain, and an autoencoder with many latents copies strokes well, whoever draws them. In the rows of the digit 1, follow "AUC by error" from 2 latents to 64: the autoencoder gets better, the detector gets worse (for clothes it gets better); on full MNIST it falls *below* 0.5 with 20 and 64, so the stranger looks *more* normal than the known ones (the small digits show it more mildly, and not at every step). The histogram shows it for 64 latents, counts on a logarithmic axis: a good detector would have the 1s to the right of the others; the further left they lie, the more of them pass. The reconstruction error measures
# how hard a picture is to copy, and only incidentally how strange it is. The latent place is a second opinion: with two latents there is little room to be lonely in, with more it may see the stranger or not (on full MNIST it, too, falls below 0.5 for the 1 with 20 and 64). A detector needs *examples* of the strangers that matter, at least to test it.
#
# Now the wrong labels. A picture's reconstruction error knows nothing of its label, but its neighbours do.
#
# **Exercise 6.8 (15 minutes).** Write the doubt about each label: the share of a point's `neighbours` nearest *other* points that carry another label. Guess first: which score will be best, in pixels, in 2 latents or in 20?
#
# <details><summary>Hint 1</summary>torch.cdist(z, z) holds all distances, [N, N]. The nearest point to each is the point itself: keep it out.</details>
# <details><summary>Hint 2</summary>Fill the diagonal with infinity, then take the columns of the smallest distances in each row: topk(neighbours, largest=False).</details>
# <details><summary>Hint 3</summary>near = distances.topk(neighbours, largest=False).indices is [N, neighbours]; labels[near] are their labels; compare with labels[:, None] and take the mean over axis 1.</details>

# %% [markdown] lang="ja"
# （スコアをすべて2倍にしても、値は変わりません。順序だけで決まるからです。）テスト画像での値です。服はすぐに正体がわかります。数字にはない、灰色の広い部分がたくさんあるからです。落とし穴は、数字の1です。1は、多くの数字に含まれるただの線です。潜在変数の多いオートエンコーダは、何の線であっても、うまく写してしまいます。数字の1の行で、「誤差のAUC」を潜在変数2個から64個へと見てください。オートエンコーダはよくなるのに、検出器は悪くなります（服では、検出器もよくなります）。MNIST全体では、20個と64個で0.5を**下回り**ます。つまり、分布外データのほうが、仲間よりも**ふつうに**見えるのです（小さな数字では、もっと穏やかで、悪くなり続けるとも限りません）。ヒストグラムは64個の場合です（縦軸は対数目盛）。よい検出器なら、数字の1はほかより右に来るはずです。左に寄るほど、多くを見のがします。再構成誤差が測っているのは、写しにくさです。
# 分布から外れている度合いは、ついでに測れることがあるにすぎません。潜在空間での位置は、別の観点からの判定です。潜在変数が2個では、点が密集し、離れた点が生じにくくなります。多ければ分布外データに気づくこともあり、気づかないこともあります（MNIST全体では、数字の1について、こちらも20個と64個で0.5を下回ります）。検出器には、見つけたい分布外データの**実例**が必要です。少なくとも、性能を確かめるために欠かせません。
#
# 次は、まちがったラベルです。再構成誤差は、ラベルのことを何も知りません。しかし、近くの画像は知っています。
#
# **演習6.8（15分）** ラベルの疑わしさを計算しましょう。自分を除いて近いほうから `neighbours` 個の点のうち、ラベルが違うものの割合です。まず予想：画素、2個の潜在変数、20個の潜在変数のうち、どこで測った疑わしさが最も役に立つでしょう。
#
# <details><summary>ヒント1</summary>torch.cdist(z, z) に、すべての距離 [N, N] が入っています。いちばん近いのは自分自身なので、除かなければなりません。</details>
# <details><summary>ヒント2</summary>対角成分を無限大にしてから、各行で距離の小さい列を取り出します。topk(neighbours, largest=False) が使えます。</details>
# <details><summary>ヒント3</summary>near = distances.topk(neighbours, largest=False).indices の形は [N, neighbours] です。labels[near] がそのラベルなので、labels[:, None] と比べて、軸1について平均します。</details>

# %% exercise="6.8"
def label_doubt(z, labels, neighbours):
    """Share of each point's nearest others with another label: z [N, d], labels [N], a whole number -> [N].‖近傍点のうちラベルが違うものの割合：z [N, d]、ラベル [N]、近傍点の数 -> [N]。"""
    # BEGIN SOLUTION
    distances = torch.cdist(z, z)                                              # [N, N]
    distances.fill_diagonal_(float("inf"))
    near = distances.topk(neighbours, largest=False).indices                   # [N, neighbours]
    return (labels[near] != labels[:, None]).double().mean(1)
    # END SOLUTION


# %%
doubt_check = checks.exercise_6_8(label_doubt)
print(doubt_check)

# %% exercise="6.8" points=1 tags=["instructor"]
assert checks.exercise_6_8(label_doubt).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, E.** Typical wrong answers in 6.7: the pairs turned round (AUC becomes 1 - AUC); ties left out; accuracy at some threshold. In 6.8: the point counts itself; a majority vote (yes or no) instead of a share; the share that agrees. Ask after the table: "how would you set a threshold
# if you may call back 1 % of all labels?" The pictures at the end are worth five minutes: some labels of the data set itself are doubtful, and a list of doubts is how such errors are found in practice.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（E）** 6.7のよくある誤答：組の向きが逆（AUCが1 - AUCになる）。引き分けを無視する。何かのしきい値での正解率を求める。6.8：自分自身を数える。割合ではなく多数決（はい・いいえ）にする。一致する割合を返す。表のあとで「ラベル全体の1 %だけ見直せるなら、しきい値をどう決めますか」と
# 聞いてください。最後の画像には、5分かける価値があります。データセット自身のラベルにも怪しいものがあり、実務でも、このような疑いの一覧から誤りを見つけます。

# %% [markdown] lang="en"
# We change 5 % of the labels of up to 5,000 training pictures to another digit, and ask six scores to find them: the reconstruction error, and the doubt of ten neighbours in five spaces.

# %% [markdown] lang="ja"
# 最大5,000枚の訓練画像のうち、5 %のラベルを別の数字に変えます。それを、6つのスコア（再構成誤差と、近い10個の点で計算した5つの疑わしさ）で探してみましょう。

# %%
some, true_labels = mnist.train.images[:5000], mnist.train.labels[:5000].numpy()
random = np.random.default_rng(0)
wrong = random.random(len(some)) < 0.05                                        # [N]: wrong labels‖[N]：誤ったラベル
given = np.where(wrong, (true_labels + random.integers(1, 10, len(some))) % 10, true_labels)
places = {PIXELS: some.flatten(1).numpy()} | {name: latent.embed(net, some) for name, net in nets.items()}
doubts = {name: latent.label_doubt(z, given) for name, z in places.items()}
finds = {f"label doubt, {name}‖ラベルの疑わしさ、{name}": roc_auc_score(wrong, doubt) for name, doubt in doubts.items()}
finds["reconstruction error, AE, 20‖再構成誤差、AE, 20"] = roc_auc_score(wrong, errors(nets["AE, 20"], some))
if doubt_check.passed:
    own = label_doubt(torch.tensor(places["AE, 20"]), torch.tensor(given), 10)
    mine, true = roc_auc_score(wrong, own), roc_auc_score(wrong, doubts["AE, 20"])
    print(f"AE, 20: your AUC {mine:.3f}, true value {true:.3f}‖AE, 20：あなたのAUC {mine:.3f}、正しい値 {true:.3f}")
pd.Series(finds, name="ROC AUC").sort_values(ascending=False).round(3).to_frame()

# %% [markdown] lang="en"
# The reconstruction error is hardly better than a coin here, as it must be: the liar's *picture* is in order. Twenty latents do about as well as all 784 pixels, at a fortieth of the numbers to compare; with two latents some kinds lie on one another, so honest points are doubted, too.
#
# Turn the question round: *no* label changed. Which labels of the data set itself would you look at again? **Predict:** careless writers, or mistakes of those who labelled?

# %% [markdown] lang="ja"
# 再構成誤差は、ここではコイン投げとほぼ同じです。当然です。うそをついているのはラベルで、**画像**には何の問題もないからです。20個の潜在変数は、784個の画素の約40分の1の個数で、ほぼ同じ働きをします。2個では、違う種類が重なるので、正しいラベルの点まで疑われます。
#
# 問いを逆にしてみましょう。ラベルは**1つも**変えません。データセット自身のラベルのうち、もう一度確かめたいのはどれでしょう。**予想：** 書いた人の字が乱れているのでしょうか。それとも、ラベルをつけた人のまちがいでしょうか。

# %%
honest = latent.label_doubt(places["AE, 20"], true_labels)
shown = np.argsort(-honest, kind="stable")[:20]
print("given labels:‖付いているラベル：", true_labels[shown].reshape(2, 10).tolist())
plots.show_images(some[torch.tensor(shown)], 10, "The twenty most doubtful labels‖最も疑わしいラベル20枚", width=7)

# %% [markdown] lang="en"
# Compare each picture with its label in the list, row by row. Most have the right label and an unusual shape; over a few, people would quarrel. A score orders the pile, a human decides.
#
# ## F. Can each latent hold one thing that we have a word for?
#
# In lesson 05 a latent was a hand, but we did not ask whether a single number of it was "slant". To ask the question cleanly we need pictures whose causes we know: the course's own **shapes**, with known position, size, colour, angle and kind. A **beta-VAE** (Higgins and others
# 2017) weighs the KL with $\beta > 1$: every latent becomes expensive, so the network keeps only those that pay, and uses them sparingly.
#
# **Exercise 6.9 (10 minutes).** To see what one latent does, move it and hold the others still: a *traversal*. Write it. Guess first: how many pictures does a traversal of six latents with seven values each need?
#
# <details><summary>Hint 1</summary>Make as many copies of z as there are values: [K, L].</details>
# <details><summary>Hint 2</summary>Then one column is set, in all rows at once, to the values. Copy first: the given z must not change.</details>
# <details><summary>Hint 3</summary>places = z.repeat(len(values), 1) is a true copy; places[:, latent] = ... sets the column.</details>

# %% [markdown] lang="ja"
# 画像と、上の一覧のラベルを、行ごとに見比べてください。ほとんどは、ラベルは正しく、字の形が変わっているだけです。いくつかは、人によって意見が分かれるでしょう。スコアにできるのは並べ替えまでで、決めるのは人です。
#
# ## 問いF：潜在変数のそれぞれに、名前のつく性質を1つずつ持たせられるか
#
# 第5回では、潜在変数全体で筆跡を表していましたが、「傾き」だけを表す数がその中にあるかどうかは調べませんでした。この問いをはっきりさせるには、成り立ちのわかっている画像が必要です。教材が描く**図形**（shapes）なら、位置、大きさ、色、角度、種類がすべてわかっています。**β-VAE**（Higginsら 2017）は、KLに $\beta > 1$ の重みを
# つけます。すると、潜在変数を使うたびに損失が増えるので、再構成の改善がそれを上回る潜在変数だけが使われます。
#
# **演習6.9（10分）** 1つの潜在変数が何をするかを見るには、それだけを動かし、ほかを止めておきます。この操作を**走査**（traversal）といいます。関数に書いてみましょう。まず予想：6個の潜在変数を、それぞれ7つの値で走査すると、画像は何枚になるでしょう。
#
# <details><summary>ヒント1</summary>z を、値の個数だけ複製します。形は [K, L] です。</details>
# <details><summary>ヒント2</summary>次に、1つの列を、すべての行で一度に、与えられた値にします。先に複製してください。元の z を変えてはいけません。</details>
# <details><summary>ヒント3</summary>places = z.repeat(len(values), 1) なら、本当の複製になります。places[:, latent] = ... で列を書きかえます。</details>

# %% exercise="6.9"
def traversal(z, latent, values):
    """Copies of z [1, L]: one latent (its number, from 0) takes the values [K] -> [K, L].‖z [1, L] の複製：1つの潜在変数（番号は0から）を値 [K] に変える -> [K, L]。"""
    # BEGIN SOLUTION
    places = z.repeat(len(values), 1)                                          # [K, L]
    places[:, latent] = values
    return places
    # END SOLUTION


# %%
walk_check = checks.exercise_6_9(traversal)
print(walk_check)

# %% exercise="6.9" points=1 tags=["instructor"]
assert checks.exercise_6_9(traversal).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, F.** Typical wrong answers in 6.9: adding the value instead of setting it; changing the given z (all rows then end equal); [L, K]. Open part, worth up to 3 points by hand: one for a table or picture of their own, one for naming what was lost, one for a sentence on why nothing in the loss
# knows our words (Locatello and others 2019: without such knowledge, disentangling cannot be guaranteed). Typical wrong claims: "beta makes the picture better" (nll gets worse), "latent 3 is colour" from one picture.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（F）** 6.9のよくある誤答：代入せずに足す。元の z を書きかえてしまう（すべての行が同じになる）。[L, K] になっている。自由課題は、手で採点して最大3点とします。自分の表か図があれば1点、何が失われたかを書けていれば1点、損失は私たちの言葉を知らない、という点に触れていれば1点です
# （Locatelloら 2019：そうした知識がなければ、解きほぐしは保証できません）。よくある誤った主張：「βを大きくすると画像がよくなる」（nllは悪化します）、画像1枚だけを見て「潜在変数3は色だ」という。

# %% [markdown] lang="en"
# **Predict:** six latents, $\beta = 1$ and $\beta = 4$. How many latents will still carry something, and what will be sacrificed first: position, size or colour? (A traversal of six latents with seven values each has 42 pictures. The pictures are halved to 16 × 16, to be quick: about 15 seconds.)

# %% [markdown] lang="ja"
# （6個を7つの値で走査すると、画像は42枚です。）
#
# **予想：** 潜在変数は6個で、$\beta = 1$ と $\beta = 4$ を比べます。まだ何かを運んでいる潜在変数は、いくつ残るでしょう。位置、大きさ、色のうち、最初に捨てられるのはどれでしょう（速く済むように、画像を16 × 16に縮めます。実行は15秒ほど）。

# %%
drawn_shapes = images.load_images("shapes")
print(drawn_shapes)
small = {part: F.avg_pool2d(getattr(drawn_shapes, part).images, 2) for part in ("train", "test")}   # [N, 3, 16, 16]
betas = {beta: models.ConvVAE(6, channels=(16, 32), widths=(128,), shape=(3, 16, 16), beta=beta) for beta in (1, 4)}
for net in betas.values():
    training.fit(net, small["train"], epochs=6, batch_size=64, lr=0.004, progress=False)

# %%
known = drawn_shapes.test.factors                                              # {name: [N]}
causes = {"x": known["x"], "y": known["y"], "size‖大きさ": known["size"],  # hue: an angle‖色相は角度
          "hue, sin‖色相、sin": torch.sin(2 * torch.pi * known["hue"]), "hue, cos‖色相、cos": torch.cos(2 * torch.pi * known["hue"])}


def holds(net):
    """For each latent its KL in nats and its |correlation| with each factor.‖潜在変数ごとのKL（ナット）と、各要因との相関の絶対値。"""
    mean, log_var = (part.detach() for part in net.encode(small["test"].to(device)))      # [N, 6] each
    kl = 0.5 * (mean.square() + log_var.exp() - 1 - log_var).mean(0)
    rows = [{"KL": kl[j].item(), **{name: abs(np.corrcoef(mean[:, j].cpu(), cause)[0, 1]) for name, cause in causes.items()}}
            for j in range(6)]
    return pd.DataFrame(rows, index=[f"latent {j}‖潜在変数{j}" for j in range(6)]).round(2)


pd.concat({f"beta = {beta}": holds(net) for beta, net in betas.items()})

# %% [markdown] lang="en"
# Read a row: how many nats at most pass through this latent on average (its KL), and with which cause it goes together (1: fixed by it; 0: no straight-line relation). A latent with KL near 0 is **off** (lesson 04: not in use): the decoder hardly uses it, so skip the correlations in its row; they say nothing about the pictures. For $\beta = 4$ look for rows in which *one* number stands out. And see it, one row for each latent, from -2 to 2, the others held at 0:

# %% [markdown] lang="ja"
# 行ごとに読みます。KLは、その潜在変数を通る情報が、平均して多くても何ナットか、ほかの列は、どの性質と連動しているかです（1なら完全に決まり、0なら直線的な関係がありません）。KLが0に近い潜在変数は**オフ**（第4回でいう「働いていない」潜在変数）で、デコーダはほとんど使っていません。その行の相関は画像について何も語らないので、読み飛ばしてください。$\beta = 4$ では、**1つ**だけ目立って大きい数のある行を探してください。
# 次に、目で見てみましょう。1行が1つの潜在変数で、-2から2まで動かします（ほかの潜在変数は0に止めます）。

# %%
values, start = torch.linspace(-2, 2, 9), torch.zeros(1, 6)
step = traversal if walk_check.passed else latent.traversal
sheets = {beta: {f"latent {j}‖潜在変数{j}": latent.decode(net, step(start, j, values)) for j in range(6)} for beta, net in betas.items()}
plots.compare_rows(sheets[4], "beta = 4: one latent a row, from -2 to 2‖beta = 4：行ごとに1つの潜在変数を-2から2へ", width=6)

# %% [markdown] lang="en"
# The same as a film, the six latents side by side: pull the slider, and see which pictures do *not* move.

# %% [markdown] lang="ja"
# 同じものを、6個の潜在変数を横に並べた動画にしました。スライダーを動かして、**動かない**絵がどれかを見てください。

# %%
film = [torch.stack([sheets[4][f"latent {j}‖潜在変数{j}"][k] for j in range(6)]) for k in range(len(values))]     # [6, 3, 16, 16] each
widgets.frame_slider(film, [f"each latent at {value:+.1f}‖各潜在変数の値 {value:+.1f}" for value in values.tolist()], columns=6, width=480)

# %%
plots.compare_rows(sheets[1], "beta = 1: one latent a row, from -2 to 2‖beta = 1：行ごとに1つの潜在変数を-2から2へ", width=6)

# %%
some_shapes = small["test"][:10]
rows = {"input‖入力": some_shapes} | {f"beta = {beta}": latent.reconstruct(net, some_shapes) for beta, net in betas.items()}
print({f"beta = {beta}": round(training.evaluate(net, small["test"])["nll"], 1) for beta, net in betas.items()},
      "nats: grey BCE, sum, test mean‖ナット：灰色BCE、和、テスト平均")
plots.compare_rows(rows, "Input and reconstructions‖入力と再構成", width=7)

# %% [markdown] lang="en"
# $\beta = 4$ leaves fewer latents on (count them in the table) and gives up the colour; each of those left has nearly one job, and the pictures blur even more. With $\beta = 1$ something of the colour is kept (not always the right one), and some latents do several jobs at once. Hardly anything of kind and angle is left in either row of reconstructions, though at the ends of a $\beta = 1$ traversal a slant may appear. (Grey BCE never gets near 0: compare the two numbers with each other only.) The order is bought, and it is not promised: nothing in the loss knows our words. Two latents that
# hold $x$ and $y$ turned by some angle cost it hardly more: is that the case in your table? (Locatello and others 2019 show that without further knowledge no loss of this kind can guarantee it).
#
# **Open exercise (30 minutes and more).** Ask one question of your own, and answer it with a table and a picture. Some to choose from: raise $\beta$ from 0.1: at which one is the first latent off? Do other seeds give the same three causes? Does the
# convolutional network matter (`models.VAE((768, 128, 64, 6), (3, 16, 16), hidden=nn.SiLU, beta=4)`)? Which latent holds the *kind* of shape, a cause without order, and how would you measure that? Write down your guess first, and what would have proved it wrong.

# %% [markdown] lang="ja"
# $\beta = 4$ では、残る潜在変数が少なくなり（表で数えてください）、残ったものは、ほぼ1つずつの役目をもっています。その代わり、色が失われ、絵はさらにぼやけます。$\beta = 1$ では色の違いがいくらか残ります（元と同じ色になるとは限りません）。ただし、いくつもの役目を兼ねる潜在変数があります。種類と角度は、どちらの再構成の行にもほとんど残っていません（ただし、$\beta = 1$ の走査の端では、傾いた形が見えることもあります）。灰色BCEは0には近づかないので、2つの値は互いに比べるだけにしてください。こうした整理には代償が必要で、しかもうまくいくとは限りません。損失は、「位置」や「大きさ」という私たちの言葉を何も知らないからです。2つの潜在変数が、$x$ と $y$ をある角度だけ回転させたものを持っていても、損失はほとんど変わりません。あなたの表ではどうでしょう（Locatelloら 2019は、ほかに知識がなければ、この種の損失のどれを使っても、1つの潜在変数に1つの性質が対応するとは保証できないことを示しました）。
#
# **自由課題（30分以上）** 自分で問いを1つ立て、表1つと図1つで答えてください。たとえば、$\beta$ を0.1から上げていくと、最初の潜在変数がオフになるのはどこでしょう。乱数の種を変えても、同じ3つの性質が残るでしょうか。畳み込みを使わなくても、同じ結果になるでしょうか（`models.VAE((768, 128, 64, 6), (3, 16, 16), hidden=nn.SiLU, beta=4)`）。
# 順序のない性質である図形の**種類**は、どの潜在変数にあり、それをどう測ればよいでしょう。まず予想と、どんな結果になったら予想がはずれたことになるかを、書いておいてください。

# %% [markdown] lang="en"
# ## Things to try
#
# * A: cluster with k = 30 (`latent.cluster(spaces["AE, 20"], 30)[0]`) and look at purity, ARI and NMI. Guess first which of the three can be fooled by more clusters.
# * C: give Fashion-MNIST three latents. Guess how much of the way from 2 to 20 latents the third one goes.
# * D: add noise of 0.2 or 1.0 instead of 0.5 to the test pictures, without training again and with the same filter widths: change the 0.5 in `noise = 0.5 * torch.randn(...)`, leave `NOISE`, and run only that cell and the first one with `cleaned = ...` again. Guess for which of the two the filters come nearer to the network, and whether they overtake it.
#
# ## Handing in
#
# If your teacher asks for the exercises, save this notebook and name it when you pack the assignment of lesson 05: `submission.pack(..., exercises="06_exercises.ipynb")`. The checks run again on numbers that nobody knows beforehand.
#
# ## What we saw
#
# * A latent is a space in which *near* can be used, and what is near differs from space to space: k-means, neighbours and distances work there, and each answers its own question, not the one about our labels.
# * What we build into a network decides what it is good at: sharing weights saves weights, and may help where pictures are few; noise in the input makes it learn what is usual; a price on latents makes it choose.
# * Every good number here had an opponent (PCA, mean colour, filters, pixels) and every method a case where it fails. You now know how to look for both.
#
# This was the last lesson. An autoencoder is a question put to data: *what is worth keeping?* The next question is yours.

# %% [markdown] lang="ja"
# ## さらに試してみよう
#
# * 問いA：k = 30でクラスタに分け（`latent.cluster(spaces["AE, 20"], 30)[0]`）、純度、ARI、NMIを見てみましょう。クラスタを増やすだけでだませるのは、3つのうちどれでしょう。先に予想してください。
# * 問いC：Fashion-MNISTで、潜在変数を3個にしてみましょう。2個から20個に増やしたときの改善のうち、3個めの1つだけで何割が得られるか、予想してください。
# * 問いD：学習し直さず、フィルタの幅も同じままで、テスト画像の雑音を0.5から0.2や1.0に変えてみましょう（`noise = 0.5 * torch.randn(...)` の0.5を変えて、そのセルと、最初の `cleaned = ...` のセルだけを実行し直します。`NOISE` は変えません）。フィルタとネットワークの差がより小さくなるのは、0.2と1.0のどちらか、また、フィルタが追い越すことはあるか、予想してください。
#
# ## 提出するとき
#
# 先生が演習の提出も求めている場合は、このノートブックを保存し、第5回の課題をまとめるときに、そのファイル名を指定してください。書き方は `submission.pack(..., exercises="06_exercises.ipynb")` です。チェックは、事前には誰にもわからない数値で、もう一度行われます。
#
# ## この回でわかったこと
#
# * 潜在空間でも「近い」という関係を使えますが、何が近くなるかは空間ごとに違います。クラスタ、近傍、距離はどれも使えますが、それぞれ自分の問いに答えるだけで、私たちのラベルについては答えてくれません。
# * ネットワークに何を組み込むかで、得意なことが決まります。重みの共有は、重みの数を減らし、画像が少ないときに役立つこともあります。入力の雑音は、ふつうの姿を学ばせます。潜在変数に値段をつけると、何を残すかを選ぶようになります。
# * この回のよい数値には、どれも比較対象（PCA、平均の色、フィルタ、画素）がありました。そして、どの方法にも失敗する場合がありました。比較対象も、失敗する場合も、これからは自分で探せるはずです。
#
# これが最後の回でした。オートエンコーダとは、データに投げかける問いです。**取っておく価値があるのは何か。** 次の問いは、皆さん自身で立ててください。
