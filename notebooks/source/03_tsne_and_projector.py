# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 3. Seeing 784 dimensions
#
# Lesson 02 ended with a riddle: twenty latents draw digits far better than two, but no sheet of paper shows twenty axes.
# And a picture has 784. **How can we look at points in many dimensions, and how far may we believe what we see?**
#
# **After this lesson you can** make maps of high-dimensional data with PCA, random projections and t-SNE, judge a map by
# numbers and not by eye alone, say what distances on a t-SNE map do not mean, log a training run and read it in TensorBoard, and
# save a page of points with thumbnails that opens anywhere.
#
# **Time:** about 75 minutes of reading and trying; on two processor cores the computer needs one to two minutes of that,
# and the cells that take long say so.
# **You need:** lesson 02 (autoencoder, latent, PCA, k-NN accuracy).

# %% [markdown] lang="ja"
# # 3. 784次元を見る
#
# 第2回の終わりに、問いが1つ残りました。潜在変数が20個あれば、2個よりずっとよく数字を描けます。しかし、紙の上に20本の軸は描けません。
# 画像にいたっては784次元です。**高次元の点をどうすれば眺められるのか、そして、見えたものをどこまで信じてよいのでしょうか。**
#
# **この回でできるようになること：** PCA、ランダム射影、t-SNEで高次元データの地図を作る。地図の良し悪しを、見た目だけでなく数値で
# 判断する。t-SNEの地図の距離から**読み取れない**ことを説明する。学習のようすを記録し、TensorBoardで読む。縮小画像つきの点の地図を、どこでも
# 開ける1枚のページとして保存する。
#
# **時間：** 読んで試して約75分です。そのうち計算にかかるのは、2コアのパソコンで1〜2分です。時間のかかるセルには、その旨を書いて
# あります。
# **前提：** 第2回（オートエンコーダ、潜在変数、PCA、k近傍法の正解率）。

# %%
import shutil

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from torch import nn

from aecourse import checks, images, latent, lesson, models, plots, tensorboard, training
from aecourse.widgets import projector

device = lesson.start("en‖ja")

# %% [markdown] lang="en"
# ## 64 dimensions first
#
# We begin with small pictures: 1,797 digits of 8 × 8 = 64 numbers that come with scikit-learn (UCI; Alpaydin, Kaynak 1998;
# CC BY 4.0). Every machine with scikit-learn has them, so every reader sees nearly the same maps (t-SNE may differ a little with version and processor).
#
# Four ways from 64 numbers to 2, all without a network of ours:
#
# * **PCA**: the two directions in which the points vary most (lesson 02).
# * **Gaussian random projection**: two directions *drawn at random*; each entry of the matrix is a normal random number.
# * **Sparse random projection**: the same, with most entries 0, so that it is cheap to store and to multiply.
# * **t-SNE** (t-distributed stochastic neighbour embedding; van der Maaten and Hinton, 2008): no directions at all. It moves the points about on the sheet until
#   points that were near in 64 dimensions are near on the sheet.
#
# **Predict:** on which map will the digits lie apart best, on which worst? (About ten seconds.)

# %% [markdown] lang="ja"
# ## まず64次元から
#
# 小さな画像から始めましょう。scikit-learnに付属する、8 × 8 = 64個の数でできた数字の画像1,797枚です（UCI、Alpaydin, Kaynak 1998、CC BY 4.0）。
# scikit-learnのあるパソコンには必ずあるので、誰が実行しても、ほぼ同じ地図になります（t-SNEは版やCPUによって少し変わることがあります）。
#
# 64個の数を2個にする方法を4つ試します。どれも、私たちのネットワークは使いません。
#
# * **PCA**：点のばらつきが最も大きい2つの方向を使います（第2回）。
# * **ガウスランダム射影**：2つの方向を**でたらめに**選びます。行列の要素はどれも正規乱数です。
# * **スパースランダム射影**：同じことを、要素のほとんどが0の行列で行います。保存も計算も軽くて済みます。
# * **t-SNE**（t分布型確率的近傍埋め込み。van der Maaten・Hinton、2008）：方向は使いません。64次元で近かった点どうしが紙の上でも近くなるまで、点を動かしていきます。
#
# **予想：** 数字がいちばんよく分かれるのはどの地図で、いちばん分かれないのはどの地図でしょう（10秒ほどかかります）。

# %%
flat, names = load_digits(return_X_y=True)                   # [1797, 64], from 0 to 16, and [1797]
ways = {"PCA": PCA(2, random_state=0), "Gaussian random": GaussianRandomProjection(2, random_state=0),
        "sparse random": SparseRandomProjection(2, random_state=0),
        "t-SNE": TSNE(2, init="pca", random_state=0)}
maps = {name: way.fit_transform(flat) for name, way in ways.items()}         # four of [1797, 2]
SHEET = ("sheet, across", "sheet, up")                                       # names of the axes

# %%
plots.latent_planes({"PCA: digits overlap": maps["PCA"], "t-SNE: islands": maps["t-SNE"]}, names,
                    axis_names=SHEET)

# %%
random_maps = {f"{name}: a fog": maps[name] for name in ("Gaussian random", "sparse random")}
plots.latent_planes(random_maps, names, axis_names=SHEET)

# %% [markdown] lang="en"
# t-SNE's map looks wonderful, and that is a reason to be careful: a map can be beautiful and false. Two numbers judge it.
#
# * **k-NN accuracy on the map**: how often do a point's ten nearest others on the sheet, itself left out, name its
#   label rightly? About 0.1 is guessing. This uses labels that the map never saw.
# * **Trustworthiness** (Venna and Kaski, 2001): are neighbours on the sheet also neighbours in the original space? 1 means all are, about 0.5
#   is a map drawn at random. This needs no labels. A false neighbour costs more the farther away it really was:
#
# $$T = 1 - \frac{2}{N k (2N - 3k - 1)} \sum_{i=1}^{N} \sum_{j \in U_i} \left(r(i, j) - k\right)$$
#
# $N$ is the number of points, $k$ the number of neighbours (10 here), $U_i$ the neighbours of point $i$ on the sheet that are not
# among its $k$ nearest originally, and $r(i, j)$ the rank that $j$ has among the original neighbours of $i$ (1 is the nearest).
# **Predict** both numbers for PCA and for t-SNE. But first: does the formula give what the function gives?

# %% [markdown] lang="ja"
# t-SNEの地図は見事ですが、だからこそ注意が必要です。美しくても、正しいとは限りません。そこで、2つの数で判定します。
#
# * **地図の上でのk近傍法の正解率**：紙の上で最も近い10点（自分は除く）の多数決で、その点のラベルがどれだけ当たるか。約0.1なら当て推量です。地図を作るときには使わなかったラベルで調べます。
# * **信頼度**（trustworthiness、Venna・Kaski 2001）：紙の上で近い点（**近傍点**）は、もとの空間でも近いか。すべてそうなら1、でたらめな地図なら約0.5です。ラベルはいりません。
#   本当は遠くにいた偽の近傍点ほど、大きく減点されます。
#
# $$T = 1 - \frac{2}{N k (2N - 3k - 1)} \sum_{i=1}^{N} \sum_{j \in U_i} \left(r(i, j) - k\right)$$
#
# $N$ は点の数、$k$ は近傍点の数（ここでは10）、$U_i$ は、紙の上では点 $i$ の近傍点なのに、もとの空間では近いほうから $k$ 番目までに入らない点の集まり、
# $r(i, j)$ は、もとの空間で $j$ が $i$ に何番目に近いか（1が最も近い）です。PCAとt-SNEについて、2つの数を**予想**してください。その前に、式の値と関数の値が一致するか確かめましょう。

# %%
def by_formula(x, z, k):
    """Trustworthiness of a map z [N, 2] of points x [N, D], as the formula says."""
    ranks = torch.cdist(x, x).argsort(1).argsort(1)                # [N, N]: the point itself has rank 0
    near = torch.cdist(z, z).argsort(1)[:, 1:k + 1]                # [N, k]: neighbours on the sheet
    excess = (ranks.gather(1, near) - k).clamp(min=0).sum().item() # true neighbours cost nothing
    return 1 - 2 / (len(x) * k * (2 * len(x) - 3 * k - 1)) * excess


x = torch.tensor(flat[:500]) + 0.001 * torch.rand(500, 64)         # so that no two distances are equal
z = torch.tensor(maps["PCA"][:500])
print(f"formula {by_formula(x, z, 10):.6f}, function {latent.trustworthiness(x, z, 10):.6f}")

# %%
def judged(maps, originals, labels):
    """A table of both numbers for each map [N, 2]; originals: the space of each, by its name."""
    return pd.DataFrame({name: {"k-NN accuracy": latent.map_accuracy(z, labels),
                                "trustworthiness": latent.trustworthiness(originals[name], z)}
                         for name, z in maps.items()}).T.round(3)


maps["drawn at random"] = np.random.default_rng(0).normal(size=(len(flat), 2))
judged(maps, dict.fromkeys(maps, flat), names)

# %%
scores = judged(maps, dict.fromkeys(maps, flat), names)
print("best on both:", set(scores.idxmax()) == {"t-SNE"})
random_score = scores.loc["Gaussian random", "k-NN accuracy"]
print("random directions do better than guessing:", random_score > 0.2)

# %% tags=["instructor"]
assert set(scores.idxmax()) == {"t-SNE"}
assert random_score > 0.2

# %% [markdown] lang="en"
# Compare with your guess: how much lies between PCA and t-SNE in each column? The last row, a map drawn at random, shows what a bad value looks like.
# Random directions are better than nothing: by a theorem of Johnson and Lindenstrauss, enough of them
# (hundreds to thousands, depending on the number of points and on the error allowed; not two) keep all distances nearly as they were, with high probability.
# Their use is speed, not pictures. PCA picks its two directions
# well, but they are only two. On the map of t-SNE look at the 1: one digit need not be one island. t-SNE is not bound to directions, and both numbers say that its neighbours can be
# believed.
#
# ## What t-SNE does
#
# For each point it turns distances into **probabilities of being neighbours**, $p_{ij}$, by a bell curve whose width is set
# *for each point* so that about as many points count as the **perplexity** says (30 unless you say otherwise): narrow where points are
# crowded, wide where they are sparse. On the sheet it defines
# $q_{ij}$ as proportional to $1 / (1 + d_{ij}^2)$, where $d_{ij}$ is the distance on the sheet: one curve for all points, without a perplexity, with
# heavier tails (Student's t, hence the name).
# Then it moves the points downhill on
#
# $$\mathrm{KL}(P \,\|\, Q) = \sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}} .$$
#
# $P$ is all the $p_{ij}$ together, $Q$ all the $q_{ij}$; each sums to 1. A pair with $p = 0.1$ whose $q$ falls from 0.1 to 0.01 adds
# $0.1 \log 10 \approx 0.23$; a pair with $p = 0.001$ whose $q$ also falls to a tenth adds only 0.0023.
# Near pairs ($p$ large) that come apart cost much. Far pairs ($p$ almost 0) have almost no cost of their own; they must only not crowd
# in among the near ones, since all $q_{ij}$ together sum to 1. How far away they end up is nearly free. So **t-SNE answers for
# neighbours, and for hardly anything else**. (KL is the same quantity that will carry lesson 04.)
#
# Let us see what that means with points whose truth we know: three round clouds in 50 dimensions. The points are made up. Clouds A and B
# are close together, C is ten times as far away; B is five times as wide as the others. **Predict:** which of these two facts
# will the map show?

# %% [markdown] lang="ja"
# 予想と比べてください。PCAとt-SNEの差は、それぞれの列でどれくらいでしょう。いちばん下は点をでたらめに置いた地図で、悪い値の目安です。でたらめな方向でも、何もないよりはましです。ジョンソン・リンデンシュトラウスの補題によると、方向が十分にあれば（2つではなく、点の数と許す誤差に応じて数百から数千）、高い確率で、すべての
# 距離がほぼ保たれます。ランダム射影の長所は速さで、地図を描くのには向きません。PCAは2つの方向を上手に選びますが、それでも2つだけです。t-SNEの地図では、1に注目してください。1つの数字が1つの島になるとは限りません。t-SNEは方向に縛られません。
# そして、その地図の近傍点は信じてよいと、2つの数がそろって示しています。
#
# ## t-SNEは何をしているのか
#
# 点ごとに、距離を**近傍である確率** $p_{ij}$ に直します。使うのは釣り鐘形の曲線で、その幅は、およそ**パープレキシティ**（perplexity、指定しなければ30）個の点が
# 近傍点として数えられるように、**点ごとに**決めます（混んだ所では狭く、まばらな所では広くなります）。紙の上の $q_{ij}$ は、紙の上の距離を $d_{ij}$ として $1 / (1 + d_{ij}^2)$ に比例する値です。どの点にも同じ1つの曲線で、パープレキシティはありません。裾の重い、スチューデントのt分布です（名前の由来です）。そして、
#
# $$\mathrm{KL}(P \,\|\, Q) = \sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}}$$
#
# が小さくなる向きに点を動かしていきます。$P$ は $p_{ij}$ の全体、$Q$ は $q_{ij}$ の全体で、どちらも合計は1です。$p = 0.1$ の組で $q$ が0.1から0.01に下がると、その項は $0.1 \log 10 \approx 0.23$ 増えます。
# $p = 0.001$ の組で $q$ が同じく10分の1になっても、増えるのは0.0023だけです。近い点の組（$p$ が大きい）を引き離すと、KLが大きく増えます。遠い点の組（$p$ がほぼ0）は、
# 十分に離れてさえいれば、2倍離れていても10倍離れていても、KLはほとんど変わりません（近づけすぎると、$q$ の合計は1なので近い組の $q$ が減り、KLが増えます）。つまり、**t-SNEが守ろうとするのは隣どうしの関係だけで、
# ほかのことはほとんど保証しません**（KL、カルバック・ライブラー情報量は、2つの分布の食い違いを測る量で、第4回の主役になります）。
#
# それがどういうことか、正解の分かっている点（乱数で作った人工データ）で見てみましょう。50次元の中に、丸い点の集まりが3つあります。AとBは近くにあり、Cはその10倍遠くにあります。また、Bは
# ほかの5倍広がっています。**予想：** この2つの事実のうち、地図に現れるのはどちらでしょうか。

# %%
random = np.random.default_rng(0)
centres = np.zeros((3, 50))
centres[1, 0], centres[2, 0] = 40, 400                       # A at 0, B at 40, C at 400
widths, cloud = np.array([1, 5, 1]), np.repeat([0, 1, 2], 100)
points = centres[cloud] + widths[cloud, None] * random.normal(size=(300, 50))           # [300, 50]
views = {f"perplexity {p}: B hardly wider":
         TSNE(2, perplexity=p, init="pca", random_state=0).fit_transform(points) for p in (5, 30)}
plots.latent_planes(views, cloud, class_names="ABC", axis_names=SHEET)

# %%
def gap(z, one, other):
    """Distance between the middles of two clouds."""
    return np.linalg.norm(z[cloud == one].mean(0) - z[cloud == other].mean(0))


def width(z, one):
    """Root mean squared distance of a cloud's points from its middle."""
    return np.sqrt(((z[cloud == one] - z[cloud == one].mean(0)) ** 2).sum(1).mean())


pd.DataFrame({name: {"gap AC / gap AB": gap(z, 0, 2) / gap(z, 0, 1),
                     "width B / width A": width(z, 1) / width(z, 0)}
              for name, z in {"truth": points, **views}.items()}).T.round(1)

# %% [markdown] lang="en"
# Neither. A cloud five times as wide is drawn about as wide as its neighbours, and "ten times as far" has become something quite
# different, which changes with the perplexity. On a t-SNE map
#
# * the **size of a group** means nothing,
# * the **distance between groups** means little,
# * the **axes** mean nothing (turn the sheet: the same KL),
# * and a **group** may be an accident, when the perplexity is small.
#
# **A mistake on purpose.** Here is pure noise, 300 points of one single round cloud in 50 dimensions. **Predict:** how
# many groups will you count at perplexity 2?

# %% [markdown] lang="ja"
# どちらも現れません。5倍広いはずの集まりは、ほかと同じくらいの大きさに描かれます。「10倍遠い」もまったく別の値になり、しかもパープレキシティによって変わります。t-SNEの地図では、
#
# * **まとまりの大きさ**には意味がありません。
# * **まとまりどうしの距離**にも、ほとんど意味がありません。
# * **軸**にも意味がありません（紙を回しても、KLは同じです）。
# * パープレキシティが小さいと、**まとまり**そのものが偶然の産物かもしれません。
#
# **わざとまちがえてみる。** 次は、ただの雑音です。50次元の、たった1つの丸い集まりから取った300個の点です。**予想：** パープレキシティを2にすると、まとまりはいくつ見えるでしょうか。

# %%
names_of = {2: "perplexity 2: false clumps", 30: "perplexity 30: one cloud"}
blob = np.random.default_rng(1).normal(size=(300, 50))
noise = {names_of[p]: TSNE(2, perplexity=p, init="pca", random_state=0).fit_transform(blob)
         for p in names_of}
plots.latent_planes(noise, np.zeros(300, dtype=int), class_names=[""], axis_names=SHEET)

# %% [markdown] lang="en"
# Many small clumps, out of nothing. At perplexity 30 one even cloud is left, which is the truth. If a group disappears
# when you change the perplexity or the start (`init="random"`, another seed), do not believe in it.
#
# ## Pixels, 2 latents, 20 latents
#
# Now the riddle. We train two autoencoders as in lesson 02, with 2 and with 20 latents (MNIST: LeCun, Cortes, Burges 1998, usually given as CC BY-SA 3.0; without
# it, the digits above, enlarged), and write a log for TensorBoard at the same time: a *callback* adds the losses after each epoch, while training runs. (About fifteen seconds.)

# %% [markdown] lang="ja"
# 何もないところから、小さな塊がいくつも現れました。パープレキシティを30にすると、ほぼ一様な1つの集まりになります。こちらが正解です。パープレキシティや初期値（`init="random"` での乱数の種）を変えると
# 消えてしまうまとまりは、信じてはいけません。
#
# ## 画素、2個の潜在変数、20個の潜在変数
#
# いよいよ、冒頭の問いに戻ります。第2回と同じように、潜在変数が2個と20個のオートエンコーダを学習させます（MNIST：LeCun, Cortes, Burges 1998、ふつうCC BY-SA 3.0とされています。ない場合は上の数字を拡大して使います）。同時に、TensorBoard用の記録も書き出します。
# エポックが終わるたびに呼び出される関数（**コールバック**）が、損失を書き加えます（15秒ほどかかります）。

# %%
from tensorboardX import SummaryWriter              # torch.utils.tensorboard has a class like it

mnist = images.load_images("mnist")
print(mnist)
many = len(mnist.train) > 10_000                    # a small set needs more epochs, in smaller steps
schedule = ({"epochs": 5, "batch_size": 256, "lr": 0.01} if many else
            {"epochs": 30, "batch_size": 64, "lr": 0.005})

# %%
nets, histories = {}, {}
shutil.rmtree("build/03_runs", ignore_errors=True)  # a second run of this cell starts afresh
for size in (2, 20):
    nets[size] = models.Autoencoder((784, 256, 128, size), hidden=nn.SiLU)
    with SummaryWriter(f"build/03_runs/latents_{size}") as writer:
        histories[size] = training.fit(nets[size], mnist, **schedule, progress=False,
                                       on_epoch=tensorboard.log_losses(writer))
print("test MSE, pixels in [0, 1]:",
      {size: round(run.best["test_loss"], 4) for size, run in histories.items()})

# %% [markdown] lang="en"
# Look at the two errors first: twenty latents should have much the smaller one. **Predict:** we draw a t-SNE map of 2,000 test pictures (of all,
# if there are fewer) three times: from the pixels, from 2 latents, from 20 latents. Which
# map will have the best k-NN accuracy? And what can t-SNE add to points that are flat already? (784 numbers are first reduced
# to 50 by PCA, the usual practice: it is faster, and drops mostly small differences. About half a minute.)

# %% [markdown] lang="ja"
# 2つの誤差を見てください。潜在変数が20個のほうが、ずっと小さいはずです。**予想：** テスト画像2,000枚（それより少なければ全部）のt-SNEの地図を、3通り描きます。画素から、2個の潜在変数から、20個の潜在変数からです。k近傍法の正解率が最も高いのはどれでしょう。また、もともと平面上の点に、
# t-SNEは何を付け加えるのでしょうか（784個の数は、慣例どおり、先にPCAで50個に減らします。速くなり、失われるのは主に細かな違いだからです。30秒ほどかかります）。

# %%
shown = mnist.test.images[:2000]
labels = mnist.test.labels[:2000].numpy()
spaces = {"pixels": PCA(50, random_state=0).fit_transform(shown.flatten(1).numpy()),
          "2 latents": latent.embed(nets[2], shown), "20 latents": latent.embed(nets[20], shown)}
tsne = {f"t-SNE of {name}": TSNE(2, init="pca", random_state=0).fit_transform(space)
        for name, space in spaces.items()}
plots.latent_planes({"t-SNE of pixels: kinds part": tsne["t-SNE of pixels"],
                     "of 2 latents: kinds mix": tsne["t-SNE of 2 latents"],
                     "of 20 latents: kinds part": tsne["t-SNE of 20 latents"]}, labels, axis_names=SHEET)

# %%
flat_maps = tsne | {"2 latents as they are": spaces["2 latents"],
                    "PCA of 20 latents": PCA(2, random_state=0).fit_transform(spaces["20 latents"])}
judged(flat_maps, dict.fromkeys(flat_maps, spaces["pixels"]), labels)    # true neighbours: by pixels

# %% [markdown] lang="en"
# Trustworthiness is measured in every row against the pixels' 50 PCA numbers, so the rows can be compared; this favours the
# map that was made from those very numbers. First find the row with the best k-NN accuracy
# and compare it with your guess. Then read three things from the table. Two
# latents cannot be improved by a map: what the gate threw away is gone, and t-SNE only moves the points apart. Twenty latents
# keep what two had to drop, and t-SNE makes it visible; PCA of the same twenty shows much less. And pixels do well, too: compare their
# row with that of the twenty latents, in both columns. **A good map does not need an autoencoder.** So why one at all? Because it has a decoder.
#
# ## No way back
#
# **Predict:** t-SNE put a 4 here and a 9 there. What picture belongs to the point half-way between them?

# %% [markdown] lang="ja"
# どの行も、画素をPCAで50個に減らした空間での近傍点を正解として信頼度を測っているので、行どうしを比べられます（その50個から作った地図には有利です）。まず、k近傍法の正解率が最も高い行を探し、予想と比べてください。表からは、さらに3つのことが読み取れます。
#
# 1. 2個の潜在変数は、地図を描き直しても良くなりません。ボトルネックで捨てたものは戻らず、t-SNEは点を並べ直すだけです。
# 2. 20個の潜在変数には、2個では捨てるしかなかったものが残っていて、t-SNEがそれを見えるようにします。同じ20個でも、PCAで見えるものはずっと少なくなります。
# 3. 画素から作った地図も、よい値です。20個の潜在変数の行と、2つの列で比べてください。**良い地図を作るだけなら、オートエンコーダはいりません。**
#
# それなら、なぜオートエンコーダを使うのでしょうか。デコーダがあるからです。
#
# ## 帰り道はない
#
# **予想：** t-SNEは、ある4をここに、ある9をあそこに置きました。その中間の点に対応する画像は、どんな画像でしょう。

# %%
for way in (PCA, GaussianRandomProjection, TSNE):
    print(f"{way.__name__}: places new points: {hasattr(way, 'transform')}, "
          f"gives points back: {hasattr(way, 'inverse_transform')}")
print("the autoencoder has both:", hasattr(nets[20], "encode") and hasattr(nets[20], "decode"))

# %% tags=["instructor"]
assert all(hasattr(kind, "transform") for kind in (PCA, GaussianRandomProjection))
assert all(hasattr(kind, "inverse_transform") for kind in (PCA, GaussianRandomProjection))
assert not hasattr(TSNE, "transform") and not hasattr(TSNE, "inverse_transform")
assert hasattr(nets[20], "encode") and hasattr(nets[20], "decode")

# %% [markdown] lang="en"
# **No picture belongs to it:** `TSNE` has no way back. The autoencoder has one, along a line of its own between the two latents:

# %% [markdown] lang="ja"
# **対応する画像はありません。** `TSNE` には帰り道がないからです。オートエンコーダにはあります。2つの潜在変数を結ぶ、こちらの空間での直線に沿って歩いてみましょう。

# %%
four, nine = (int((mnist.test.labels[:2000] == digit).nonzero()[0]) for digit in (4, 9))
walk = latent.interpolate(spaces["20 latents"][four], spaces["20 latents"][nine], steps=9)     # [9, 20]
plots.show_images(latent.decode(nets[20], walk), 9, width=7,
                  title="Twenty latents: each step from a 4 to a 9 is a picture")

# %% [markdown] lang="en"
# These nine pictures were not found on the t-SNE map. Ordinary t-SNE has no function from pictures to places, only the places of the points that it moved. It cannot place a new
# picture without starting again, and it cannot turn a place into a picture. So there is no walking and no morphing on a t-SNE map. PCA and random
# projections have a way back, but a linear one: a walk there only mixes the two restored ends pixel by pixel (and from two random directions the ends
# are hardly digits). The autoencoder's decoder bends: a straight line of latents becomes a curved path of pictures. Use it to *have* the numbers, and t-SNE to *look* at them.
#
# ## TensorBoard
#
# The log is in `build/03_runs`. Beside the losses we add pictures, the weights as histograms, and an **embedding**: the 20 latents of the
# test pictures, each with its thumbnail (all of them in one large *sprite* picture) and its label.

# %% [markdown] lang="ja"
# この9枚は、t-SNEの地図の上で見つけたものではありません。ふつうのt-SNEには、画像を地図の点へ写す関数がなく、あるのは動かし終えた点の位置だけです。新しい画像の位置を知るには最初からやり直すしかなく、位置から画像を作ることもできません。ですから、t-SNEの地図の上では、点から点へ歩いて画像を少しずつ変えていくこと（モーフィング）は
# できません。PCAとランダム射影には帰り道がありますが、線形なので、途中は、両端を復元した画像を画素ごとに混ぜたものにすぎません（2次元のランダム射影では、復元した画像そのものが数字にほとんど見えません）。オートエンコーダのデコーダは非線形なので、潜在空間をまっすぐ進んでも、画像の空間では曲がった道になります。数を**得る**にはオートエンコーダを、それを**眺める**にはt-SNEを使いましょう。
#
# ## TensorBoard
#
# 記録は `build/03_runs` にあります。損失のほかに、画像、重みのヒストグラム、そして**埋め込み**（embedding）も加えます。テスト画像の20個の潜在変数に、それぞれの縮小画像（すべてを並べた1枚の大きな**スプライト**画像に
# します）とラベルを付けたものです。

# %%
with SummaryWriter("build/03_runs/latents_20") as writer:
    drawn = latent.reconstruct(nets[20], shown[:8]).numpy()                      # [8, 1, 28, 28]
    writer.add_images("reconstructions", drawn)
    for name, weights in nets[20].named_parameters():
        writer.add_histogram(name, weights.detach().cpu().numpy(), global_step=len(histories[20].rows))
    tensorboard.write_embedding(writer, spaces["20 latents"], shown, labels, tag="20 latents")
tensorboard.read_back("build/03_runs/latents_20")["scalars"]

# %% [markdown] lang="en"
# `read_back` asks TensorBoard's own reader what it finds: the losses, with one value an epoch. In TensorBoard's *Scalars*
# compare `loss/train` and `loss/val`: both falling is well; train falling while val rises is overfitting. To see the pages, write `True` in the
# next cell and run it (JupyterLab and Colab show them below the cell; choose *Projector* in the menu at the top right). In a terminal,
# `tensorboard --logdir build/03_runs` does the same. It is off here because it starts a server.

# %% [markdown] lang="ja"
# `read_back` は、TensorBoardと同じ読み取りプログラムで、記録の中身を調べます。損失は、エポックごとに1つずつ入っています。TensorBoardの *Scalars* では `loss/train` と `loss/val` を比べます。どちらも下がっていれば順調で、trainだけが下がりvalが上がり始めたら、過学習のしるしです。画面で見るには、次のセルの `SHOW_TENSORBOARD` を `True` に変えて実行します（JupyterLabとColabでは、セルの下に
# 表示されます。右上のメニューから *Projector* を選んでください）。端末で `tensorboard --logdir build/03_runs` を実行し、表示されたアドレスをブラウザで開いても同じです。サーバーが起動するので、ここでは止めてあります。

# %%
SHOW_TENSORBOARD = False
if SHOW_TENSORBOARD:         # the two lines below are what %load_ext and %tensorboard do
    get_ipython().run_line_magic("load_ext", "tensorboard")
    get_ipython().run_line_magic("tensorboard", "--logdir build/03_runs")

# %% [markdown] lang="en"
# ## A projector that needs no server
#
# TensorBoard's projector is a fine tool, but you cannot send it to a friend. `projector.save_page` writes **one HTML file** with points,
# thumbnails and all three maps inside. Open `build/03_projector.html` in a browser (no internet, no Python): hover over a point to see its
# picture, click a digit in the legend to hide it, switch between PCA in three dimensions and the two t-SNE maps and watch the points
# travel. **Predict** first: which digits will mix in PCA and part in t-SNE?

# %% [markdown] lang="ja"
# ## サーバーのいらないプロジェクター
#
# TensorBoardのプロジェクターは優れた道具ですが、友だちに送ることはできません。`projector.save_page` は、点、縮小画像、地図をすべて収めた**1つのHTMLファイル**を書き出します。
# `build/03_projector.html` をブラウザで開いてみてください（インターネットもPythonもいりません）。点にポインタを合わせると画像が現れ、凡例の数字をクリックすると隠れます。3次元のPCAと2つのt-SNEの地図を切り替えると、
# 点が移動していきます。先に**予想**してください。PCAでは混ざっていて、t-SNEで分かれるのは、どの数字でしょう。

# %%
pages = {"PCA of 20 latents": PCA(3, random_state=0).fit_transform(spaces["20 latents"]),
         "t-SNE of 20 latents": tsne["t-SNE of 20 latents"], "t-SNE of pixels": tsne["t-SNE of pixels"]}
page = projector.save_page("build/03_projector.html", pages, shown, labels,
                           title=f"{len(shown):,} test digits")
print(f"{page}: {page.stat().st_size / 1e6:.1f} MB, open it in a browser")

# %%
plots.latent_planes({"PCA: kinds lie over each other": pages["PCA of 20 latents"][:, :2],
                     "t-SNE of the same: they part": pages["t-SNE of 20 latents"]}, labels, axis_names=SHEET)

# %% [markdown] lang="en"
# Two of the page's maps, standing still. Look for 4, 7 and 9, and for 3, 5 and 8: digits of similar shape mix in PCA's plane and part, more
# or less, in t-SNE's (4 and 9 still touch).

# %% [markdown] lang="ja"
# このページの地図のうち2つを、静止画で並べました。4・7・9と、3・5・8を探してください。形の似た数字は、PCAの平面では混ざり、t-SNEの地図ではおおむね分かれます。ただし、4と9のように、境目がまだ混ざっている組もあります。

# %% [markdown] lang="en"
# ## Now you
#
# **Exercise 3.1 (10 minutes).** Write the k-NN accuracy of a map yourself, with $k = 1$: the share of points whose nearest *other* point has
# the same label. Guess first: what would you get if a point counted as its own neighbour?
#
# <details><summary>Hint 1</summary>You need the distances between all pairs, [N, N], and in each row the smallest one.</details>
# <details><summary>Hint 2</summary>The smallest distance of a row is 0, to the point itself: make the diagonal infinite first.</details>
# <details><summary>Hint 3</summary>d = torch.cdist(z, z); d.fill_diagonal_(float("inf")); then compare labels[d.argmin(1)] with labels
# and take the mean.</details>

# %% [markdown] lang="ja"
# ## やってみよう
#
# **演習3.1（10分）** 地図の上でのk近傍法の正解率を、$k = 1$ の場合について自分で書いてみましょう。自分を**除いて**最も近い点のラベルが同じである点の割合です。まず予想：自分自身を近傍点に数えてしまうと、いくつになるでしょう。
#
# <details><summary>ヒント1</summary>すべての組の距離 [N, N] を求め、行ごとに最も小さいものを探します。</details>
# <details><summary>ヒント2</summary>行の最小値は、自分自身との距離0です。先に対角成分を無限大にしておきます。</details>
# <details><summary>ヒント3</summary>d = torch.cdist(z, z)、d.fill_diagonal_(float("inf")) とし、labels[d.argmin(1)] と labels を比べて、その平均をとります。</details>

# %% exercise="3.1"
def nearest_accuracy(z, labels):
    """Share of points whose nearest other point has their label: [N, 2] and [N] -> a number."""
    # BEGIN SOLUTION
    distances = torch.cdist(z, z)
    distances.fill_diagonal_(float("inf"))
    return (labels[distances.argmin(1)] == labels).double().mean()
    # END SOLUTION


# %%
result = checks.exercise_3_1(nearest_accuracy)
print(result)
if result.passed:
    z = torch.tensor(tsne["t-SNE of 20 latents"])
    print(f"t-SNE of 20 latents: your value {nearest_accuracy(z, torch.tensor(labels)):.3f}, "
          f"true value {latent.map_accuracy(z, labels, neighbours=1):.3f}")

# %% tags=["instructor"]
assert checks.exercise_3_1(nearest_accuracy).passed

# %% [markdown] lang="en"
# **Exercise 3.2 (10 minutes).** Write a Gaussian random projection: points `[N, D]` and a matrix of normal random numbers `[D, d]` give
# `[N, d]`, scaled so that squared lengths stay the same *on average*. Guess first: must you divide by $d$, by $\sqrt d$ or by $\sqrt D$?
#
# <details><summary>Hint 1</summary>The projection itself is one matrix product. Only the factor is missing.</details>
# <details><summary>Hint 2</summary>The square of each coordinate of the product is, on average, the squared length of the point. There are d of
# them.</details>
# <details><summary>Hint 3</summary>The sum over d coordinates is d times too large, so the length is √d times too large:
# divide points @ matrix by d ** 0.5 (d is matrix.shape[1]).</details>

# %% [markdown] lang="ja"
# **演習3.2（10分）** ガウスランダム射影を書いてください。点 `[N, D]` と正規乱数の行列 `[D, d]` から `[N, d]` を作り、長さの2乗が**平均として**変わらないように尺度を合わせます。まず予想：割るのは $d$ でしょうか、$\sqrt d$ でしょうか、$\sqrt D$ でしょうか。
#
# <details><summary>ヒント1</summary>射影そのものは、行列の積1回です。足りないのは係数だけです。</details>
# <details><summary>ヒント2</summary>積の座標1つの2乗は、平均すると、もとの点の長さの2乗に等しくなります。座標は d 個あります。</details>
# <details><summary>ヒント3</summary>d 個の和は d 倍大きすぎるので、長さは √d 倍大きすぎます。points @ matrix を d ** 0.5 で割ります（d は matrix.shape[1]）。</details>

# %% exercise="3.2"
def random_projection(points, matrix):
    """Points [N, D] through normal random numbers [D, d]: [N, d], squared lengths kept on average."""
    # BEGIN SOLUTION
    return points @ matrix / matrix.shape[1] ** 0.5
    # END SOLUTION


# %%
result = checks.exercise_3_2(random_projection)
print(result)
if result.passed:
    x = torch.tensor(flat[:500]).float()
    for d in (2, 20, 500):
        y = random_projection(x, torch.randn(64, d, generator=torch.Generator().manual_seed(0)))
        change = (torch.pdist(y) / torch.pdist(x) - 1).abs().mean()
        print(f"d = {d}: distances change by {100 * change:.0f} % on average")

# %% tags=["instructor"]
assert checks.exercise_3_2(random_projection).passed

# %% [markdown] lang="en"
# Once your function passes, the last lines show the theorem at work: two random directions distort distances badly, five hundred hardly. (With 500 there are more
# numbers than the 64 at the start; the theorem pays off when D is far larger.)
#
# ## Things to try
#
# * Make one t-SNE map twice with `init="random"`, and `random_state` 0 and 1. Guess first: which of k-NN accuracy, trustworthiness and the
#   places of the groups will change most?
# * Make the t-SNE map of the pixels with `perplexity=5` and with `perplexity=200`. Guess what happens to the groups.
# * In the projector page, search for one digit and look at its outliers. Guess which digit has the strangest ones.
#
# ## What we saw
#
# * A map is judged by numbers: trustworthiness, and k-NN accuracy with labels that it never saw. t-SNE was best on both for the
#   8×8 digits; random directions are fast, not pretty.
# * On a t-SNE map whose trustworthiness is near 1, believe neighbours; do not believe sizes, gaps between groups, axes, or groups that come and go.
# * t-SNE has no way back, and a linear map only a straight one. An autoencoder has one that draws, and its latents can be watched in TensorBoard or in one page of HTML.
#
# We could decode the walk from a 4 to a 9. But between far-apart pictures a plain autoencoder has holes, as lesson 02 saw.
# Lesson 04 asks what would have to change so that *every* place decodes to something like a digit.

# %% [markdown] lang="ja"
# 関数が合格すると、最後の数行にこの補題の働きが現れます。でたらめな方向が2つでは距離がひどくゆがみ、500ならほとんどゆがみません（500では、もとの64個より多くなってしまいます。この補題が役立つのは、Dがずっと大きいときです）。
#
# ## さらに試してみよう
#
# * t-SNEの地図を1つ選び、`init="random"` として、`random_state` を0と1にした2枚を作ってみましょう。k近傍法の正解率、信頼度、まとまりの位置のうち、最も変わるのはどれか、先に予想してください。
# * 画素のt-SNEを `perplexity=5` と `perplexity=200` で作ってみましょう。まとまりがどうなるか、予想してください。
# * プロジェクターのページで数字を1つ検索し、仲間から外れた点を見てみましょう。いちばん変わった字があるのはどの数字か、予想してください。
#
# ## この回でわかったこと
#
# * 地図の良し悪しは数で判断します。信頼度と、地図作りに使わなかったラベルによるk近傍法の正解率です。8×8の数字では、t-SNEがどちらでも最高でした。ランダム射影の長所は、見た目ではなく速さです。
# * t-SNEの地図では、信頼度が1に近ければ、近傍点は信じてかまいません。大きさ、まとまりどうしの隔たり、軸、現れたり消えたりするまとまりは、信じてはいけません。
# * t-SNEには帰り道がなく、線形の地図の帰り道はまっすぐなだけです。オートエンコーダには、絵を描ける帰り道があります。その潜在変数は、TensorBoardでも、1枚のHTMLでも眺められます。
#
# 4の画像から9の画像への散歩は、途中も絵にできました。しかし、遠く離れた画像の間には、第2回で見たように穴があります。**どこを**デコードしても数字らしい画像が出てくるようにするには、何を変えればよいのでしょうか。第4回で考えます。
