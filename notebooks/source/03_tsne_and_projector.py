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
# numbers and not by eye alone, say what distances on a t-SNE map do not mean, write a log of a training run for TensorBoard, and
# save a page of points with thumbnails that opens anywhere.
#
# **Time:** about 80 minutes of reading and trying; on two processor cores the computer needs one to two minutes of that,
# and the cells that take long say so.
# **You need:** lesson 02 (autoencoder, latent, PCA, k-NN accuracy).
# **Predictions:** write yours in place of the dots in `guess = ...` before you run the cell.

# %% [markdown] lang="ja"
# # 3. 784次元を見る
#
# 第2回の終わりに、問いが1つ残りました。潜在変数が20個あれば、2個よりずっとよく数字を描けます。しかし、紙の上に20本の軸は描けません。
# 画像にいたっては784次元です。**高次元の点をどうすれば眺められるのか、そして、見えたものをどこまで信じてよいのでしょうか。**
#
# **この回でできるようになること：** PCA、ランダム射影、t-SNEで高次元データの地図を作る。地図の良し悪しを、見た目だけでなく数値で
# 判断する。t-SNEの地図の距離から**読み取れない**ことを説明する。学習のようすをTensorBoard用に記録する。縮小画像つきの点の地図を、どこでも
# 開ける1枚のページとして保存する。
#
# **時間：** 読んで試して約80分です。そのうち計算にかかるのは、2コアのパソコンで1〜2分です。時間のかかるセルには、その旨を書いて
# あります。
# **前提：** 第2回（オートエンコーダ、潜在変数、PCA、k近傍法の正解率）。
# **予想：** `guess = ...` のセルでは、実行する前に、`...` を予想に書き換えてください。

# %%
import shutil

import numpy as np
import pandas as pd
import torch
from sklearn.cluster import DBSCAN
from sklearn.datasets import load_digits
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import KNeighborsClassifier, NearestNeighbors
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from torch import nn

from aecourse import checks, images, latent, lesson, models, plots, tensorboard, training
from aecourse.widgets import projector

device = lesson.start("en‖ja")

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Aim: a map of many dimensions is believed only as far as numbers and known truths support it. Plan (80 minutes): four ways and the two
# numbers 25, what t-SNE keeps 15, pixels and latents 15, way back, TensorBoard and projector 10, exercises 15. Let everybody write the guesses before a run.
# Students stumble over the double `argsort` (ranks), and read sizes and gaps on t-SNE maps as facts.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** ねらい：高次元の地図をどこまで信じてよいかを、数値と、正解の分かっているデータで判断できるようにします。時間配分（80分）：4つの方法と2つの数値25分、t-SNEが保つもの15分、画素と潜在変数15分、
# 逆変換・TensorBoard・プロジェクター10分、演習15分。実行の前に、全員に予想を書かせてください。つまずきやすいのは、順位を求める2回の `argsort` と、t-SNEの地図の大きさや隔たりをそのまま事実と読むことです。

# %% [markdown] lang="en"
# ## 64 dimensions first
#
# We begin with small pictures: 1,797 digits of 8 × 8 = 64 numbers that come with scikit-learn (UCI; Alpaydin, Kaynak 1998;
# CC BY 4.0). Every reader sees nearly the same maps.
#
# Four ways from 64 numbers to 2, none of which needs a neural network:
#
# * **PCA**: the two directions in which the points vary most (lesson 02).
# * **Gaussian random projection**: two directions *drawn at random*; each entry of the matrix is a normal random number.
# * **Sparse random projection**: the same, with most entries 0, so that it is cheap to store and to multiply.
# * **t-SNE** (t-distributed stochastic neighbour embedding; van der Maaten and Hinton, 2008): no directions at all. It moves the points about on the map until
#   points that were near in 64 dimensions are near on the map.
#
# **Predict:** on which of the four maps will the digits be separated best, on which worst?

# %% [markdown] lang="ja"
# ## まず64次元から
#
# 小さな画像から始めましょう。scikit-learnに付属する、8 × 8 = 64個の数でできた数字の画像1,797枚です（UCI、Alpaydin, Kaynak 1998、CC BY 4.0）。
# 誰が実行しても、ほぼ同じ地図になります。
#
# 64個の数を2個にする方法を4つ試します。どれも、ニューラルネットワークは使いません。
#
# * **PCA**：点のばらつきが最も大きい2つの方向を使います（第2回）。
# * **ガウスランダム射影**：2つの方向を**無作為に**選びます。行列の要素はどれも正規乱数です。
# * **スパースランダム射影**：同じことを、要素のほとんどが0の行列で行います。保存も計算も軽くて済みます。
# * **t-SNE**（t分布型確率的近傍埋め込み。van der Maaten・Hinton、2008）：方向は使いません。64次元で近かった点どうしが地図の上でも近くなるまで、点を動かしていきます。
#
# **予想：** 数字がいちばんよく分かれるのはどの地図で、いちばん分かれないのはどの地図でしょう。

# %%
guess_best = ...   # "PCA", "Gaussian", "sparse", "t-SNE"‖"PCA"、"ガウス"、"スパース"、"t-SNE"
guess_worst = ...  # one of the same four‖同じ4つから

# %%
flat, names = load_digits(return_X_y=True)                   # [1797, 64], 0...16 / [1797]
ways = {"PCA": PCA(2, random_state=0),
        "Gaussian‖ガウス": GaussianRandomProjection(2, random_state=0),
        "sparse‖スパース": SparseRandomProjection(2, random_state=0),
        "t-SNE": TSNE(2, init="pca", random_state=0)}        # takes ten seconds‖10秒ほどかかる
maps = {name: way.fit_transform(flat) for name, way in ways.items()}         # 4 x [1797, 2]
AXES = ("across the map‖地図の横方向", "up the map‖地図の縦方向")

# %%
plots.latent_planes({name: maps[name] for name in ("PCA", "t-SNE")}, names, axis_names=AXES)

# %%
plots.latent_planes({name: maps[name] for name in ("Gaussian‖ガウス", "sparse‖スパース")}, names, axis_names=AXES)

# %% [markdown] lang="en"
# To the eye, t-SNE's map separates the digits best: it shows islands where PCA shows overlapping clouds and the random directions a fog. That is a
# reason to be careful: a map can be beautiful and false. Two numbers judge it, and they speak of different things.
#
# * **k-NN accuracy on the map** speaks of *labels*: how often do the ten nearest other points on the map name a point's
#   label rightly, by majority? About 0.1 is chance. The map never saw these labels.
# * **Trustworthiness** (Venna and Kaski, 2001) speaks of *neighbours*: are neighbours on the map also neighbours in the original space? 1 means all are, about 0.5
#   is a map drawn at random. This needs no labels. A false neighbour costs more the farther away it really was:
#
# $$T = 1 - \frac{2}{N k (2N - 3k - 1)} \sum_{i=1}^{N} \sum_{j \in U_i} \left(r(i, j) - k\right)$$
#
# $N$ is the number of points, $k$ the number of neighbours (10 here), $U_i$ the neighbours of point $i$ on the map that are not
# among its $k$ nearest originally, and $r(i, j)$ the rank that $j$ has among the original neighbours of $i$ (1 is the nearest).
# **Predict** both numbers for PCA and for t-SNE. Then see whether the formula gives what the function gives.

# %% [markdown] lang="ja"
# 見た目では、t-SNEの地図がいちばんよく分かれています。数字ごとに島ができ、PCAでは重なり合い、ランダムな方向では霧のように混ざっています。だからこそ注意が必要です。美しくても、正しいとは限りません。そこで、2つの数で判定します。2つは別のことを測ります。
#
# * **地図の上でのk近傍法の正解率**は、**ラベル**についての値です。地図の上で最も近い10点（自分は除く）の多数決で、その点のラベルがどれだけ当たるか。ランダムに答えた場合（チャンスレベル）は約0.1です。地図を作るときには使わなかったラベルで調べます。
# * **信頼性**（trustworthiness、Venna・Kaski 2001）は、**近傍点**についての値です。地図の上で近い点は、もとの空間でも近いか。すべてそうなら1、無作為に点を置いた地図なら約0.5です。ラベルはいりません。
#   本当は遠くにある偽の近傍点ほど、大きく減点されます。
#
# $$T = 1 - \frac{2}{N k (2N - 3k - 1)} \sum_{i=1}^{N} \sum_{j \in U_i} \left(r(i, j) - k\right)$$
#
# $N$ は点の数、$k$ は近傍点の数（ここでは10）、$U_i$ は、地図の上では点 $i$ の近傍点なのに、もとの空間では近いほうから $k$ 番目までに入らない点の集まり、
# $r(i, j)$ は、もとの空間で $j$ が $i$ に何番目に近いか（1が最も近い）です。PCAとt-SNEについて、2つの数を**予想**してください。次に、式の値と関数の値が一致するか確かめましょう。

# %%
guess_accuracy = {"PCA": ..., "t-SNE": ...}  # e.g. 0.4‖例：0.4
guess_trust = {"PCA": ..., "t-SNE": ...}     # e.g. 0.7‖例：0.7

# %%
def by_formula(x, z, k):
    """Trustworthiness of a map z [N, 2] of points x [N, D].‖点 x [N, D] の地図 z [N, 2] の信頼性。"""
    ranks = torch.cdist(x, x).argsort(1).argsort(1)                 # [N, N]; itself: 0‖[N, N]、自分は0
    near = torch.cdist(z, z).argsort(1)[:, 1:k + 1]                 # [N, k]
    excess = (ranks.gather(1, near) - k).clamp(min=0).sum().item()  # true ones cost 0‖真の近傍点は0
    return 1 - 2 / (len(x) * k * (2 * len(x) - 3 * k - 1)) * excess


x = torch.tensor(flat[:500]) + 0.001 * torch.rand(500, 64)          # no equal distances‖同じ距離をなくす
z = torch.tensor(maps["PCA"][:500])
by_function = latent.trustworthiness(x, z, 10)
print(f"formula {by_formula(x, z, 10):.6f}, function {by_function:.6f}‖式 {by_formula(x, z, 10):.6f}、関数 {by_function:.6f}")

# %%
ACCURACY, TRUST = "k-NN accuracy‖k近傍法の正解率", "trustworthiness‖信頼性"


def judged(maps, originals, labels):
    """A table: both numbers of each map [N, 2] of originals [N, D].‖表：もとの点 [N, D] の各地図 [N, 2] の2つの数。"""
    return pd.DataFrame({name: {ACCURACY: latent.map_accuracy(z, labels),
                                TRUST: latent.trustworthiness(originals[name], z)}
                         for name, z in maps.items()}).T.round(3)


# %%
noise_map = {"points at random‖無作為に置いた点": np.random.default_rng(0).normal(size=(len(flat), 2))}
scores = judged(maps | noise_map, dict.fromkeys(maps | noise_map, flat), names)
scores

# %%
ranking = scores.loc[list(ways), ACCURACY]
lesson.compare({"best‖最も分かれる": guess_best, "worst‖最も分かれない": guess_worst},
               {"best‖最も分かれる": ranking.idxmax(), "worst‖最も分かれない": ranking.idxmin()})
lesson.compare(guess_accuracy, dict(scores.loc[["PCA", "t-SNE"], ACCURACY]), near=0.05)
lesson.compare(guess_trust, dict(scores.loc[["PCA", "t-SNE"], TRUST]), near=0.05)

# %%
lesson.say("**{best}** has the best k-NN accuracy, {high:.2f}. PCA has {pca:.2f}, ‖k近傍法の正解率は**{best}**が最も高く、{high:.2f}です。PCAは{pca:.2f}、"
           "the worst random projection {low:.2f}; ‖ランダム射影の低いほうは{low:.2f}、"
           "the 64 numbers themselves have {all:.2f}. ‖もとの64個の数のままでは{all:.2f}です。"
           "Trustworthiness: t-SNE {t_sne:.2f}, PCA {t_pca:.2f}.‖信頼性は、t-SNEが{t_sne:.2f}、PCAが{t_pca:.2f}です。",
           best=ranking.idxmax(), high=ranking.max(), pca=ranking["PCA"], low=ranking.min(),
           all=latent.map_accuracy(flat, names), t_sne=scores.loc["t-SNE", TRUST],
           t_pca=scores.loc["PCA", TRUST])

# %% tags=["instructor"]
assert set(scores.idxmax()) == {"t-SNE"}
assert ranking.min() > 0.2 and by_formula(x, z, 10) - latent.trustworthiness(x, z, 10) < 1e-6

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** t-SNE leads in both columns, the two random projections come last. Typical slip: to read k-NN accuracy as "neighbours are kept". It speaks of labels;
# a map can score above its source.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** どちらの列でもt-SNEが最も高く、2つのランダム射影が最も低くなります。よくある誤り：k近傍法の正解率を「近傍が保たれた割合」と読むこと。これはラベルについての値で、もとの空間より高くなることもあります。

# %% [markdown] lang="en"
# The last row of the table, points placed at random, shows what a bad value looks like.
# Random directions keep more than that: by a theorem of Johnson and Lindenstrauss, enough of them
# (hundreds to thousands, depending on the number of points and on the error allowed; not two) keep all distances nearly as they were, with high probability.
# Their use is speed, not pictures. On the map of t-SNE look at the 1: one digit need not be one island. t-SNE is not bound to directions, and its high
# trustworthiness says that its neighbours can be believed.
#
# ## What t-SNE does
#
# For each point it turns distances into **probabilities of being neighbours**, $p_{ij}$, by a bell curve whose width is set
# *for each point* so that about as many points count as the **perplexity** says (30 unless you say otherwise): narrow where points are
# crowded, wide where they are sparse. The two values of a pair are averaged and divided by the number of points $N$, so that all together sum to 1. On the map it defines
# $q_{ij}$ as proportional to $1 / (1 + d_{ij}^2)$, where $d_{ij}$ is the distance on the map: one curve for all points, without a perplexity, with
# heavier tails (Student's t, hence the name).
# Then it moves the points so that this sum falls, the Kullback-Leibler divergence (KL):
#
# $$\mathrm{KL}(P \,\|\, Q) = \sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}} .$$
#
# $P$ is all the $p_{ij}$ together, $Q$ all the $q_{ij}$; each sums to 1. With our 1,797 points no $p$ can exceed 1/1797. A pair with $p = 0.0002$ whose $q$ falls to a tenth adds
# $0.0002 \log 10 \approx 0.00046$; a pair with $p = 0.000002$ whose $q$ also falls to a tenth adds a hundredth of that.
# Near pairs ($p$ large) that come apart cost much. Far pairs ($p$ almost 0) have almost no cost of their own; they must only not crowd
# in among the near ones, since all $q_{ij}$ together sum to 1. So **t-SNE keeps
# neighbours together, and keeps hardly anything else**. (KL is the same quantity that will carry lesson 04.)
#
# Let us see what that means with points whose truth we know: three round clouds in 50 dimensions. C is ten times as far from A
# as B is, and B is five times as wide as A. **Predict:** how large will these two ratios be on the map (perplexity 30)?

# %% [markdown] lang="ja"
# 表のいちばん下は点を無作為に置いた地図で、悪い値の目安です。ランダムな方向でも、それよりは良い値です。ジョンソン・リンデンシュトラウスの補題によると、方向が十分にあれば（2つではなく、点の数と許す誤差に応じて数百から数千）、高い確率で、すべての
# 距離がほぼ保たれます。ランダム射影の長所は速さで、地図を描くのには向きません。t-SNEの地図では、1に注目してください。1つの数字が1つの島になるとは限りません。t-SNEは方向に縛られません。
# そして、その地図の近傍点を信じてよいことは、信頼性の高さが示しています。
#
# ## t-SNEは何をしているのか
#
# 点ごとに、距離を**近傍である確率** $p_{ij}$ に直します。使うのは釣り鐘形の曲線で、その幅は、およそ**パープレキシティ**（perplexity、指定しなければ30）個の点が
# 近傍点として数えられるように、**点ごとに**決めます（混んだ所では狭く、まばらな所では広くなります）。組ごとに、両側から見た2つの値を平均し、点の数 $N$ で割って、全体の合計を1にします。地図の上の $q_{ij}$ は、地図の上の距離を $d_{ij}$ として $1 / (1 + d_{ij}^2)$ に比例する値です。どの点にも同じ1つの曲線で、パープレキシティはありません。裾の重い、スチューデントのt分布です（名前の由来です）。そして、
#
# $$\mathrm{KL}(P \,\|\, Q) = \sum_{i \ne j} p_{ij} \log \frac{p_{ij}}{q_{ij}}$$
#
# が小さくなる向きに点を動かしていきます。$P$ は $p_{ij}$ の全体、$Q$ は $q_{ij}$ の全体で、どちらも合計は1です。点が1,797個なら、どの $p$ も1/1797を超えません。$p = 0.0002$ の組で $q$ が10分の1に下がると、その項は $0.0002 \log 10 \approx 0.00046$ 増えます。
# $p = 0.000002$ の組で $q$ が同じく10分の1になっても、増えるのはその100分の1だけです。近い点の組（$p$ が大きい）を引き離すと、KLが大きく増えます。遠い点の組（$p$ がほぼ0）そのものは、
# KLをほとんど増やしません。ただし、近い組の間に割り込むと、$q$ の合計は1なので近い組の $q$ が減り、KLが増えます。つまり、**t-SNEが守ろうとするのは隣どうしの関係だけで、
# ほかのことはほとんど保証しません**（KL、カルバック・ライブラー情報量は、2つの分布の食い違いを測る量で、第4回の主役になります）。
#
# それがどういうことか、正解の分かっている点（乱数で作った人工データ）で見てみましょう。50次元の中に、丸い点の集まりが3つあります。AとBは近くにあり、Cはその10倍遠くにあります。また、Bは
# ほかの5倍広がっています。もとの空間では、距離の比AC/ABは10、広がりの比B/Aは5です。**予想：** 地図（パープレキシティ30）の上では、この2つの比はそれぞれいくつになるでしょうか。

# %%
guess_gap = ...    # AC / AB, e.g. 10‖AC / AB、例：10
guess_width = ...  # B / A, e.g. 5‖B / A、例：5

# %%
random = np.random.default_rng(0)
centres = np.zeros((3, 50))
centres[1, 0], centres[2, 0] = 40, 400                       # A: 0, B: 40, C: 400
widths, cloud = np.array([1, 5, 1]), np.repeat([0, 1, 2], 100)
points = centres[cloud] + widths[cloud, None] * random.normal(size=(300, 50))           # [300, 50]

# %%
views = {f"perplexity {p}‖パープレキシティ{p}":
         TSNE(2, perplexity=p, init="pca", random_state=0).fit_transform(points) for p in (5, 30)}
plots.latent_planes(views, cloud, class_names="ABC", axis_names=AXES)

# %%
def gap(z, one, other):
    """Distance between the middles of two clouds.‖2つの集まりの中心どうしの距離。"""
    return np.linalg.norm(z[cloud == one].mean(0) - z[cloud == other].mean(0))


def width(z, one):
    """Root mean squared distance from a cloud's middle.‖集まりの中心からの距離の二乗平均平方根。"""
    return np.sqrt(((z[cloud == one] - z[cloud == one].mean(0)) ** 2).sum(1).mean())


# %%
clouds = (points, *views.values())     # original, 5, 30‖もとの空間、5、30
gaps = [gap(z, 0, 2) / gap(z, 0, 1) for z in clouds]
spreads = [width(z, 1) / width(z, 0) for z in clouds]
lesson.compare({"AC / AB": guess_gap, "B / A": guess_width}, {"AC / AB": gaps[2], "B / A": spreads[2]},
               near=0.5)
lesson.say("AC is {gaps[0]:.1f} times AB, on the maps {gaps[1]:.1f} and {gaps[2]:.1f} times. ‖ACはABの{gaps[0]:.1f}倍ですが、地図の上では{gaps[1]:.1f}倍と{gaps[2]:.1f}倍です。"
           "B is {spreads[0]:.1f} times as wide as A, on the maps {spreads[1]:.1f} and {spreads[2]:.1f}.‖Bの広がりはAの{spreads[0]:.1f}倍ですが、地図の上では{spreads[1]:.1f}倍と{spreads[2]:.1f}倍です。",
           gaps=gaps, spreads=spreads)

# %% [markdown] lang="en"
# The map shows neither fact. A cloud five times as wide is drawn about as wide as its neighbours, and "ten times as far" has become something quite
# different, which changes with the perplexity. On a t-SNE map
#
# * the **size of a group** means nothing,
# * the **distance between groups** means little,
# * and the **axes** mean nothing (turn the map: the same KL).
#
# **One cloud alone.** Here are 300 points of one single round cloud in 50 dimensions. **Predict:** how
# many groups will the map show at perplexity 2?

# %% [markdown] lang="ja"
# どちらの事実も地図には現れません。5倍広いはずの集まりは、ほかと同じくらいの大きさに描かれます。「10倍遠い」もまったく別の値になり、しかもパープレキシティによって変わります。t-SNEの地図では、
#
# * **まとまりの大きさ**には意味がありません。
# * **まとまりどうしの距離**にも、ほとんど意味がありません。
# * **軸**にも意味がありません（地図を回しても、KLは同じです）。
#
# **1つだけの集まり。** 次は、50次元の、たった1つの丸い集まりから取った300個の点です。**予想：** パープレキシティを2にすると、まとまりはいくつ見えるでしょうか。

# %%
guess = ...  # e.g. 3‖例：3

# %%
blob = np.random.default_rng(1).normal(size=(300, 50))
noise = {f"perplexity {p}‖パープレキシティ{p}":
         TSNE(2, perplexity=p, init="pca", random_state=0).fit_transform(blob) for p in (2, 30)}
plots.latent_planes(noise, np.zeros(300, dtype=int), class_names=[""], axis_names=AXES)

# %%
def groups(z):
    """Number of groups on a map z [N, 2]: at least 3 points, small steps.‖地図 z [N, 2] のまとまりの数（3点以上、小さな間隔）。"""
    steps = NearestNeighbors(n_neighbors=1).fit(z).kneighbors()[0]      # [N, 1]
    return int(DBSCAN(4 * np.median(steps), min_samples=3).fit(z).labels_.max() + 1)


at_2, at_30 = (groups(z) for z in noise.values())    # perplexity 2 / 30‖パープレキシティ2、30
lesson.compare(guess, at_2, near=5)
lesson.say("At perplexity 2 the map has **{at_2}** groups, at 30 **{at_30}**. ‖まとまりは、パープレキシティ2で**{at_2}**個、30で**{at_30}**個です。"
           "The truth is one cloud.‖本当の集まりは1つだけです。",
           at_2=at_2, at_30=at_30)

# %% tags=["instructor"]
assert at_2 > 10 and at_30 < 4

# %% [markdown] lang="en" tags=["instructor"]
# **Answers.** Three clouds: neither ratio survives, gaps fall from 10 to between 1 and 2, widths from 5 to about 1. Noise: dozens of groups at perplexity 2, one at 30.
# The exact count depends on where "a small step" ends; accept anything between 10 and 50.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 3つの集まり：どちらの比も保たれません。距離の比は10から1〜2に、広がりの比は5から約1になります。雑音：パープレキシティ2では数十個、30では1個のまとまりです。「小さな間隔」の決め方で数は変わるので、10〜50なら正解とします。

# %% [markdown] lang="en"
# A mistake that is easily made: small groups appeared out of nothing, because the perplexity was too small. If a group disappears
# when you change the perplexity or the start (`init="random"`, another seed), do not believe in it.
#
# ## Pixels, 2 latents, 20 latents
#
# Now the riddle. We train two autoencoders as in lesson 02, with 2 and with 20 latents (MNIST: LeCun, Cortes, Burges 1998, usually given as CC BY-SA 3.0; without
# it, the digits above, enlarged), and write a log for TensorBoard at the same time: a *callback* adds the losses after each epoch, while training runs. (About fifteen seconds.)

# %% [markdown] lang="ja"
# よくあるまちがいの例です。パープレキシティが小さすぎたために、何もないところから、小さなまとまりがいくつも現れました。パープレキシティや初期値（`init="random"` での乱数の種）を変えると
# 消えてしまうまとまりは、信じてはいけません。
#
# ## 画素、2個の潜在変数、20個の潜在変数
#
# いよいよ、冒頭の問いに戻ります。第2回と同じように、潜在変数が2個と20個のオートエンコーダを学習させます（MNIST：LeCun, Cortes, Burges 1998、ふつうCC BY-SA 3.0とされています。ない場合は上の数字を拡大して使います）。同時に、TensorBoard用の記録も書き出します。
# エポックが終わるたびに呼び出される関数（**コールバック**）が、損失を書き加えます（15秒ほどかかります）。

# %%
from tensorboardX import SummaryWriter              # like torch.utils.tensorboard's‖torch.utils.tensorboardと同様

mnist = images.load_images("mnist")
print(mnist)
many = len(mnist.train) > 10_000                    # a small set: more epochs‖少ない画像なら多くのエポック
schedule = ({"epochs": 5, "batch_size": 256, "lr": 0.01} if many else
            {"epochs": 30, "batch_size": 64, "lr": 0.005})

# %%
nets, histories = {}, {}
shutil.rmtree("build/03_runs", ignore_errors=True)  # start afresh‖前の記録を消す
for size in (2, 20):
    nets[size] = models.Autoencoder((784, 256, 128, size), hidden=nn.SiLU)
    with SummaryWriter(f"build/03_runs/latents_{size}") as writer:
        histories[size] = training.fit(nets[size], mnist, **schedule, progress=False,
                                       on_epoch=tensorboard.log_losses(writer))
print("test MSE, pixels in [0, 1]:‖テストMSE、画素は[0, 1]：",
      {size: round(run.best["test_loss"], 4) for size, run in histories.items()})

# %% [markdown] lang="en"
# Look at the two errors first: twenty latents have much the smaller one. **Predict:** we draw a t-SNE map of 2,000 test pictures (of all,
# if there are fewer) three times: from the pixels, from 2 latents, from 20 latents. Which
# map will have the best k-NN accuracy? And 2 latents are a map already: by how much will t-SNE change their k-NN accuracy? (784 numbers are first reduced
# to 50 by PCA, as is usual: it is faster. About half a minute.)

# %% [markdown] lang="ja"
# 2つの誤差を見てください。潜在変数が20個のほうが、ずっと小さくなっています。**予想：** テスト画像2,000枚（それより少なければ全部）のt-SNEの地図を、3通り描きます。画素から、2個の潜在変数から、20個の潜在変数からです。k近傍法の正解率が最も高いのはどれでしょう。また、潜在変数2個は、それだけで地図になります。t-SNEをかけると、
# その正解率はどれだけ変わるでしょうか（784個の数は、慣例どおり、先にPCAで50個に減らします。速くなるからです。30秒ほどかかります）。

# %%
guess_map = ...   # "pixels", "2 latents", "20 latents"‖"画素"、"潜在変数2個"、"潜在変数20個"
guess_gain = ...  # e.g. 0.3 or -0.3‖例：0.3、-0.3

# %%
PIXELS, TWO, TWENTY = "pixels‖画素", "2 latents‖潜在変数2個", "20 latents‖潜在変数20個"
shown = mnist.test.images[:2000]                     # [2000, 1, 28, 28]
labels = mnist.test.labels[:2000].numpy()
spaces = {PIXELS: PCA(50, random_state=0).fit_transform(shown.flatten(1).numpy()),
          TWO: latent.embed(nets[2], shown), TWENTY: latent.embed(nets[20], shown)}
tsne = {f"t-SNE: {name}": TSNE(2, init="pca", random_state=0).fit_transform(space)
        for name, space in spaces.items()}
plots.latent_planes(tsne, labels, axis_names=AXES)

# %%
plane = PCA(2, random_state=0).fit_transform(spaces[TWENTY])                  # [2000, 2]
flat_maps = tsne | {TWO: spaces[TWO], f"PCA: {TWENTY}": plane}
scores = judged(flat_maps, dict.fromkeys(flat_maps, spaces[PIXELS]), labels)  # by pixels‖画素を基準に
scores

# %%
accuracy = scores[ACCURACY]
best = max(spaces, key=lambda name: accuracy[f"t-SNE: {name}"])
gain = accuracy[f"t-SNE: {TWO}"] - accuracy[TWO]
lesson.compare({"best‖最高": guess_map, "change‖変化": guess_gain},
               {"best‖最高": best, "change‖変化": round(gain, 3)}, near=0.02)

# %%
lesson.say("The map of **{best}** has the best k-NN accuracy, {high:.2f}. ‖k近傍法の正解率が最も高いのは**{best}**の地図で、{high:.2f}です。"
           "Two latents: {two:.3f} as they are, {two_map:.3f} after t-SNE. ‖潜在変数2個は、そのままで{two:.3f}、t-SNEのあとで{two_map:.3f}です。"
           "Before any map: pixels {pixels:.2f}, twenty latents {twenty:.2f}.‖地図にする前は、画素が{pixels:.2f}、潜在変数20個が{twenty:.2f}です。",
           best=best, high=accuracy[f"t-SNE: {best}"], two=accuracy[TWO], two_map=accuracy[TWO] + gain,
           pixels=latent.map_accuracy(spaces[PIXELS], labels),
           twenty=latent.map_accuracy(spaces[TWENTY], labels))

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** On MNIST the twenty latents win, and t-SNE changes the two latents by less than a hundredth. A good question: is the lead t-SNE's or the latents'? It is the latents',
# as the values in the spaces themselves show.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** MNISTでは潜在変数20個が最も高く、潜在変数2個はt-SNEをかけても0.01も変わりません。「この差はt-SNEのおかげか、潜在変数のおかげか」と問いかけてください。もとの空間での値からわかるとおり、潜在変数のおかげです。

# %% [markdown] lang="en"
# Trustworthiness is measured in every row against the pixels' 50 PCA numbers, so the rows can be compared; this favours the
# map that was made from those very numbers. Three things to read from the table. Two
# latents gain nothing from another map: what the bottleneck discarded is gone, and t-SNE only moves the points apart. Twenty latents
# keep what two had to drop, and t-SNE makes it visible; PCA of the same twenty shows much less. And pixels do well, too: compare their
# row with that of the twenty latents, in both columns. **A good map does not need an autoencoder.**
#
# ## A point between two digits
#
# **Predict:** t-SNE put a 4 here and a 9 there. What picture belongs to the point half-way between them?

# %% [markdown] lang="ja"
# どの行も、画素をPCAで50個に減らした空間での近傍点を正解として信頼性を測っているので、行どうしを比べられます（その50個から作った地図には有利です）。表からは、3つのことが読み取れます。
#
# 1. 2個の潜在変数は、地図を描き直しても良くなりません。ボトルネックで捨てた情報は戻らず、t-SNEは点を並べ直すだけです。
# 2. 20個の潜在変数には、2個では捨てるしかなかったものが残っていて、t-SNEがそれを見えるようにします。同じ20個でも、PCAで見えるものはずっと少なくなります。
# 3. 画素から作った地図も、よい値です。20個の潜在変数の行と、2つの列で比べてください。**良い地図を作るだけなら、オートエンコーダはいりません。**
#
# ## 2つの数字の間の点
#
# **予想：** t-SNEは、ある4をここに、ある9をあそこに置きました。その中間の点に対応する画像は、どんな画像でしょう。

# %%
guess = ...  # "a 4", "a 9", "a mix", "none"‖"4"、"9"、"混合"、"なし"

# %%
for way in (PCA, GaussianRandomProjection, TSNE):
    print(way.__name__, {name: hasattr(way, name) for name in ("transform", "inverse_transform")})
print("Autoencoder‖オートエンコーダ", {name: hasattr(nets[20], name) for name in ("encode", "decode")})

# %%
lesson.compare(guess, "a picture‖画像" if hasattr(TSNE, "inverse_transform") else "none‖なし")

# %% tags=["instructor"]
assert all(hasattr(kind, "transform") for kind in (PCA, GaussianRandomProjection))
assert all(hasattr(kind, "inverse_transform") for kind in (PCA, GaussianRandomProjection))
assert not hasattr(TSNE, "transform") and not hasattr(TSNE, "inverse_transform")
assert hasattr(nets[20], "encode") and hasattr(nets[20], "decode")

# %% [markdown] lang="en"
# **No picture belongs to it:** `TSNE` has no inverse transform. The autoencoder has a decoder: that is what it is for. We interpolate along a straight line between the latent vectors of a 4 and a 9:

# %% [markdown] lang="ja"
# **対応する画像はありません。** `TSNE` には逆変換がないからです。オートエンコーダにはデコーダがあり、これがオートエンコーダを使う理由です。4と9の画像の潜在ベクトルを結ぶ線分の上を補間してみましょう。

# %%
four, nine = (int((mnist.test.labels[:2000] == digit).nonzero()[0]) for digit in (4, 9))
walk = latent.interpolate(spaces[TWENTY][four], spaces[TWENTY][nine], steps=9)     # [9, 20]
plots.show_images(latent.decode(nets[20], walk), 9, width=7,
                  title="From a 4 to a 9, twenty latents‖4から9への補間（潜在変数20個）")

# %% [markdown] lang="en"
# Ordinary t-SNE has no function from pictures to places, only the places of the points that it moved. It cannot place a new
# picture without starting again, and it cannot turn a place into a picture. So there is no interpolation and no morphing on a t-SNE map. PCA and random
# projections have an inverse, but a linear one: interpolating there only mixes the two restored ends pixel by pixel (and from two random directions the ends
# are hardly digits). The autoencoder's decoder is not linear: a straight line of latents becomes a curved path of pictures. Use it to *have* the numbers, and t-SNE to *look* at them.
#
# ## TensorBoard
#
# The log is in `build/03_runs`. Beside the losses we add pictures, the weights as histograms, and an **embedding**: the 20 latents of the
# test pictures, each with its thumbnail (all of them in one large *sprite* picture) and its label.

# %% [markdown] lang="ja"
# ふつうのt-SNEには、画像を地図の点へ写す関数がなく、あるのは動かし終えた点の位置だけです。新しい画像の位置を知るには最初からやり直すしかなく、位置から画像を作ることもできません。ですから、t-SNEの地図の上では、補間して画像を少しずつ変えていくこと（モーフィング）は
# できません。PCAとランダム射影には逆変換がありますが、線形なので、途中は、両端を復元した画像を画素ごとに混ぜたものにすぎません（2次元のランダム射影では、復元した画像そのものが数字にほとんど見えません）。オートエンコーダのデコーダは非線形なので、潜在空間をまっすぐ進んでも、画像の空間では曲がった道になります。数を**得る**にはオートエンコーダを、それを**眺める**にはt-SNEを使いましょう。
#
# ## TensorBoard
#
# 記録は `build/03_runs` にあります。損失のほかに、画像、重みのヒストグラム、そして**埋め込み**（embedding）も加えます。テスト画像の20個の潜在変数に、それぞれの縮小画像（すべてを並べた1枚の大きな**スプライト**画像に
# します）とラベルを付けたものです。

# %%
with SummaryWriter("build/03_runs/latents_20") as writer:
    drawn = latent.reconstruct(nets[20], shown[:8]).numpy()                      # [8, 1, 28, 28]
    writer.add_images("reconstructions‖再構成", drawn)
    for name, weights in nets[20].named_parameters():
        writer.add_histogram(name, weights.detach().cpu().numpy(), len(histories[20].rows))
    tensorboard.write_embedding(writer, spaces[TWENTY], shown, labels, tag="latents_20")
tensorboard.read_back("build/03_runs/latents_20")["scalars"]

# %% [markdown] lang="en"
# `read_back` asks TensorBoard's own reader what it finds: the losses, with one value an epoch. In TensorBoard's *Scalars*
# compare `loss/train` and `loss/val`: while both fall, training goes well; if train falls while val rises, the network overfits. To see the pages, write `True` in the
# next cell and run it (JupyterLab and Colab show them below the cell; choose *Projector* in the menu at the top right). In a terminal,
# `tensorboard --logdir build/03_runs` does the same. It is off here because it starts a server.

# %% [markdown] lang="ja"
# `read_back` は、TensorBoardと同じ読み取りプログラムで、記録の中身を調べます。損失は、エポックごとに1つずつ入っています。TensorBoardの *Scalars* では `loss/train` と `loss/val` を比べます。どちらも下がっていれば順調で、trainだけが下がりvalが上がり始めたら、過学習のしるしです。画面で見るには、次のセルの `SHOW_TENSORBOARD` を `True` に変えて実行します（JupyterLabとColabでは、セルの下に
# 表示されます。右上のメニューから *Projector* を選んでください）。端末で `tensorboard --logdir build/03_runs` を実行し、表示されたアドレスをブラウザで開いても同じです。サーバーが起動するので、ここでは止めてあります。

# %%
SHOW_TENSORBOARD = False
if SHOW_TENSORBOARD:         # as %load_ext, %tensorboard‖%load_ext、%tensorboardと同じ
    get_ipython().run_line_magic("load_ext", "tensorboard")
    get_ipython().run_line_magic("tensorboard", "--logdir build/03_runs")

# %% [markdown] lang="en"
# ## A projector that needs no server
#
# `projector.save_page` writes **one HTML file** with points,
# thumbnails and all three maps inside. Open `build/03_projector.html` in a browser (no internet, no Python): hover over a point to see its
# picture, click a digit in the legend to hide it, switch between PCA in three dimensions and the two t-SNE maps and watch the points
# travel. On Colab, download the file from the folder at the left first. **Predict:** which two digits are mixed in PCA and separated best by t-SNE?

# %% [markdown] lang="ja"
# ## サーバーのいらないプロジェクター
#
# `projector.save_page` は、点、縮小画像、地図をすべて収めた**1つのHTMLファイル**を書き出します。
# `build/03_projector.html` をブラウザで開いてみてください（インターネットもPythonもいりません）。点にポインタを合わせると画像が現れ、凡例の数字をクリックすると隠れます。3次元のPCAと2つのt-SNEの地図を切り替えると、
# 点が移動していきます。Colabでは、左のフォルダからファイルをダウンロードして開きます。**予想：** PCAでは混ざっていて、t-SNEで最もよく分かれるのは、どの2つの数字でしょう。

# %%
guess = ...  # e.g. {0, 1}‖例：{0, 1}

# %%
THREE = f"PCA: {TWENTY}"
pages = {THREE: PCA(3, random_state=0).fit_transform(spaces[TWENTY]),              # [2000, 3]
         **{name: tsne[name] for name in (f"t-SNE: {TWENTY}", f"t-SNE: {PIXELS}")}}
page = projector.save_page("build/03_projector.html", pages, shown, labels,
                           title=f"{len(shown):,} test digits‖テスト画像{len(shown):,}枚")
print(f"{page}: {page.stat().st_size / 1e6:.1f} MB")

# %%
pair_of_maps = {THREE: pages[THREE][:, :2], f"t-SNE: {TWENTY}": pages[f"t-SNE: {TWENTY}"]}
plots.latent_planes(pair_of_maps, labels, axis_names=AXES)

# %%
def mixing(z):
    """[10, 10]: share of a digit's ten nearest points with another label.‖[10, 10]：各数字の近傍10点に占める各ラベルの割合。"""
    near = NearestNeighbors(n_neighbors=10).fit(z).kneighbors()[1]                 # [N, 10]
    shares = np.stack([[(labels[near[labels == one]] == other).mean() for other in range(10)]
                       for one in range(10)])
    return np.triu(shares + shares.T, 1) / 2         # each pair once‖各組を1回ずつ


before, after = (mixing(z) for z in pair_of_maps.values())
pair = np.unravel_index((before - after).argmax(), before.shape)    # largest fall‖減り方が最大

# %%
lesson.compare(guess, {int(digit) for digit in pair})
lesson.say("**{one}** and **{other}**: of the ten nearest points, ‖**{one}** と **{other}**：近傍10点のうち相手の数字は、"
           "{before:.0%} are the other digit on PCA's plane, {after:.0%} on t-SNE's map. ‖PCAの平面では{before:.0%}、t-SNEの地図では{after:.0%}です。"
           "For 4 and 9, t-SNE's map has {nine:.0%}.‖4と9の組は、t-SNEの地図で{nine:.0%}です。",
           one=pair[0], other=pair[1], before=before[pair], after=after[pair], nine=after[4, 9])

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** The pair depends on the training; with full MNIST one run gave 2 and 3. 4 and 9 stay partly mixed on t-SNE's map. Stumbling block: a digit's neighbours in three dimensions are not those of the plane drawn here.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 学習によって変わります。完全なMNISTでの一例は2と3でした。4と9はt-SNEの地図でも一部混ざったままです。つまずき：3次元のPCAでの近傍点と、ここに描いた平面での近傍点は同じではありません。

# %% [markdown] lang="en"
# Look for 4, 7 and 9, and for 3, 5 and 8 on the two maps: digits of similar shape are mixed on PCA's plane and mostly separated on t-SNE's map.

# %% [markdown] lang="ja"
# 2つの地図で、4・7・9と、3・5・8を探してください。形の似た数字は、PCAの平面では混ざり、t-SNEの地図ではおおむね分かれます。

# %% [markdown] lang="en"
# ## Now you
#
# **Exercise 3.1 (10 minutes).** Write the k-NN accuracy of a map yourself, with $k = 1$: the share of points whose nearest *other* point has
# the same label. **Predict:** what would you get if a point counted as its own neighbour?
#
# <details><summary>Hint 1</summary>You need the distances between all pairs, [N, N], and in each row the smallest one.</details>
# <details><summary>Hint 2</summary>The smallest distance of a row is 0, to the point itself: make the diagonal infinite first.</details>
# <details><summary>Hint 3</summary>d = torch.cdist(z, z); d.fill_diagonal_(float("inf")); then compare labels[d.argmin(1)] with labels
# and take the mean.</details>

# %% [markdown] lang="ja"
# ## やってみよう
#
# **演習3.1（10分）** 地図の上でのk近傍法の正解率を、$k = 1$ の場合について自分で書いてみましょう。自分を**除いて**最も近い点のラベルが同じである点の割合です。**予想：** 自分自身を近傍点に数えてしまうと、いくつになるでしょう。
#
# <details><summary>ヒント1</summary>すべての組の距離 [N, N] を求め、行ごとに最も小さいものを探します。</details>
# <details><summary>ヒント2</summary>行の最小値は、自分自身との距離0です。先に対角成分を無限大にしておきます。</details>
# <details><summary>ヒント3</summary>d = torch.cdist(z, z)、d.fill_diagonal_(float("inf")) とし、labels[d.argmin(1)] と labels を比べて、その平均をとります。</details>

# %%
guess = ...  # e.g. 0.8‖例：0.8

# %% exercise="3.1"
def nearest_accuracy(z, labels):
    """Share of points z [N, 2] whose nearest other has their label [N]: a number.‖自分以外の最も近い点とラベル [N] が同じ点 z [N, 2] の割合：1つの数。"""
    # BEGIN SOLUTION
    distances = torch.cdist(z, z)
    distances.fill_diagonal_(float("inf"))
    return (labels[distances.argmin(1)] == labels).double().mean()
    # END SOLUTION


# %%
result = checks.exercise_3_1(nearest_accuracy)
print(result)
if result.passed:
    z = torch.tensor(tsne[f"t-SNE: {TWENTY}"])
    own = nearest_accuracy(z, torch.tensor(labels))
    true = latent.map_accuracy(z, labels, neighbours=1)
    print(f"t-SNE: your value {own:.3f}, true value {true:.3f}‖t-SNE：あなたの値 {own:.3f}、正しい値 {true:.3f}")

# %%
z = tsne[f"t-SNE: {TWENTY}"]
itself = KNeighborsClassifier(1).fit(z, labels).score(z, labels)    # each point sees itself‖自分も数える
lesson.compare(guess, itself)
lesson.say("Every point is its own nearest neighbour: {itself:.2f}, which says nothing about the map.‖どの点も、最も近いのは自分自身です。割合は{itself:.2f}となり、地図については何もわかりません。",
           itself=itself)


# %% tags=["instructor"]
assert checks.exercise_3_1(nearest_accuracy).passed

# %% [markdown] lang="en"
# **Exercise 3.2 (10 minutes).** Write a Gaussian random projection: points `[N, D]` and a matrix of normal random numbers `[D, d]` give
# `[N, d]`, scaled so that squared lengths stay the same *on average*. **Predict:** must you divide by $d$, by $\sqrt d$ or by $\sqrt D$?
#
# <details><summary>Hint 1</summary>The projection itself is one matrix product. Only the factor is missing.</details>
# <details><summary>Hint 2</summary>The square of each coordinate of the product is, on average, the squared length of the point. There are d of
# them.</details>
# <details><summary>Hint 3</summary>The sum over d coordinates is d times too large, so the length is √d times too large:
# divide points @ matrix by d ** 0.5 (d is matrix.shape[1]).</details>

# %% [markdown] lang="ja"
# **演習3.2（10分）** ガウスランダム射影を書いてください。点 `[N, D]` と正規乱数の行列 `[D, d]` から `[N, d]` を作り、長さの2乗が**平均として**変わらないように尺度を合わせます。**予想：** 割るのは $d$ でしょうか、$\sqrt d$ でしょうか、$\sqrt D$ でしょうか。
#
# <details><summary>ヒント1</summary>射影そのものは、行列の積1回です。足りないのは係数だけです。</details>
# <details><summary>ヒント2</summary>積の座標1つの2乗は、平均すると、もとの点の長さの2乗に等しくなります。座標は d 個あります。</details>
# <details><summary>ヒント3</summary>d 個の和は d 倍大きすぎるので、長さは √d 倍大きすぎます。points @ matrix を d ** 0.5 で割ります（d は matrix.shape[1]）。</details>

# %%
guess = ...  # "d", "sqrt d", "sqrt D"‖"d"、"sqrt d"、"sqrt D"

# %% exercise="3.2"
def random_projection(points, matrix):
    """Points [N, D] by normal numbers [D, d]: [N, d], squared lengths kept on average.‖点 [N, D] を正規乱数 [D, d] で射影：[N, d]、長さの2乗は平均として不変。"""
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
        change = 100 * (torch.pdist(y) / torch.pdist(x) - 1).abs().mean()
        print(f"d = {d}: distances change by {change:.0f} % on average‖d = {d}：距離の変化は平均{change:.0f} %")

# %%
x, normal = torch.randn(500, 64), torch.randn(64, 16)            # D = 64, d = 16
growth = ((x @ normal).square().mean(0).sum() / x.square().mean(0).sum()).sqrt().item()
factors = {"d": 16, "sqrt d": 4, "sqrt D": 8}
lesson.compare(guess, min(factors, key=lambda name: abs(factors[name] - growth)))
lesson.say("From D = 64 to d = 16, the product alone makes lengths {growth:.1f} times as large.‖D = 64からd = 16へ、積だけでは長さが{growth:.1f}倍になります。",
           growth=growth)

# %% tags=["instructor"]
assert checks.exercise_3_2(random_projection).passed

# %% [markdown] lang="en"
# Once your function passes, its three printed lines show the theorem at work: two random directions distort distances badly, five hundred hardly.
#
# ## Things to try
#
# * Make one t-SNE map twice with `init="random"`, and `random_state` 0 and 1. Guess first: which of k-NN accuracy, trustworthiness and the
#   places of the groups will change most?
# * In the projector page, search for one digit and look at its outliers. Guess which digit has the strangest ones.
#
# ## What we saw
#
# * A map is judged by numbers: trustworthiness for neighbours, and k-NN accuracy for labels that it never saw. t-SNE was best on both for the
#   8×8 digits; random directions are fast, not pretty.
# * On a t-SNE map whose trustworthiness is near 1, believe neighbours; do not believe sizes, gaps between groups, axes, or groups that come and go.
# * t-SNE has no inverse, and the inverse of a linear map only mixes pictures. An autoencoder has a decoder, and its latents can be watched in TensorBoard or in one page of HTML.
#
# We could decode every point of the interpolation from a 4 to a 9. But in lesson 02 the plane of two latents had places from which no digit comes.
# Lesson 04 asks what would have to change so that *every* place decodes to something like a digit.

# %% [markdown] lang="ja"
# 関数が合格すると、表示される3行にこの補題の働きが現れます。ランダムな方向が2つでは距離がひどくゆがみ、500ならほとんどゆがみません。
#
# ## さらに試してみよう
#
# * t-SNEの地図を1つ選び、`init="random"` として、`random_state` を0と1にした2枚を作ってみましょう。k近傍法の正解率、信頼性、まとまりの位置のうち、最も変わるのはどれか、先に予想してください。
# * プロジェクターのページで数字を1つ検索し、仲間から外れた点を見てみましょう。いちばん変わった字があるのはどの数字か、予想してください。
#
# ## この回でわかったこと
#
# * 地図の良し悪しは数で判断します。近傍点については信頼性、地図作りに使わなかったラベルについてはk近傍法の正解率です。8×8の数字では、t-SNEがどちらでも最高でした。ランダム射影の長所は、見た目ではなく速さです。
# * t-SNEの地図では、信頼性が1に近ければ、近傍点は信じてかまいません。大きさ、まとまりどうしの隔たり、軸、現れたり消えたりするまとまりは、信じてはいけません。
# * t-SNEには逆変換がなく、線形の地図の逆変換は画像を混ぜるだけです。オートエンコーダにはデコーダがあります。その潜在変数は、TensorBoardでも、1枚のHTMLでも眺められます。
#
# 4から9への補間では、途中の点もすべてデコードできました。しかし第2回では、2個の潜在変数の平面に、数字らしい画像が得られない場所がありました。**どこを**デコードしても数字らしい画像が出てくるようにするには、何を変えればよいのでしょうか。第4回で考えます。
