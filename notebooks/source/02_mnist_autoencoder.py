# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 2. 784 numbers through a bottleneck of 2
#
# A handwritten digit in our data is 28 × 28 = 784 numbers. **How much of a digit survives if only two numbers may
# pass?** Two coordinates on a sheet of paper, and from them a machine must draw the whole digit again.
#
# **After this lesson you can** turn pictures into vectors and back, build and train an autoencoder, choose its last
# layer, read its loss curves, keep its best weights, draw its map of all digits, and say where it beats
# principal component analysis (PCA) and where it does not.
#
# **Time:** about 90 minutes of reading and trying; on two processor cores the computer needs two to four minutes of
# that, and the cells that take long say so.
# **You need:** the training loop of lesson 01, and what a matrix times a vector is.

# %% [markdown] lang="ja"
# # 2. 784個の数を2個に縮める
#
# この教材で使う手書き数字の画像1枚は、28 × 28 = 784個の数でできています。**これをたった2個の数に縮めたら、数字の形はどこまで残る
# でしょうか。** 紙の上の1点を表す2つの座標だけを渡して、機械に数字全体を描き直してもらいます。
#
# **この回でできるようになること：** 画像をベクトルに直し、また画像に戻す。オートエンコーダ（自己符号化器）を組み立てて
# 学習させる。最後の層を選ぶ。損失曲線を読む。最良の重みを残す。すべての数字の「地図」を描く。そして、主成分分析（PCA）に
# 勝てるところと勝てないところを、区別して説明する。
#
# **時間：** 読んで試して約90分です。そのうち計算にかかるのは、2コアのパソコンで2〜4分です。時間のかかるセルには、その旨を
# 書いてあります。
# **前提：** 第1回の学習ループと、行列とベクトルの積。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Aim: students can build and train an autoencoder for pictures and judge it against the mean image and PCA.
# Plan for 90 minutes: pictures and shapes 15, network and baselines 15, training and loss curves 15, last layer and the two
# mistakes 15, the plane, seeds and decoding 20, designs and number of latents 10. Logits, tied weights, skorch and the exercises
# (20) are homework. Say early: no loss without its baseline. Students stumble over `[B, 1, 28, 28]` against `[B, 784]`, over losses
# on different scales, and over reading a meaning into "latent 1". The numbers in the notes are of full MNIST.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** ねらい：画像のオートエンコーダを組み立てて学習させ、平均画像やPCAと比べて評価できること。
# 90分の配分：画像と形15分、ネットワークとベースライン15分、学習と損失曲線15分、最後の層と2つの失敗例15分、潜在平面・乱数の種・デコード20分、
# 設計と潜在変数の個数10分。ロジット、重みの共有、skorch、演習（20分）は宿題にします。ベースラインのない損失には意味がないことを、早めに伝えてください。
# つまずきやすいのは、`[B, 1, 28, 28]` と `[B, 784]` の違い、尺度の違う損失の比較、「潜在変数1」に意味を読み取ることです。以下の数値は、MNIST全体での値です。

# %%
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA
from torch import nn

from aecourse import checks, images, latent, lesson, models, plots, training, widgets

device = lesson.start("en‖ja")

# %%
lesson.show_figure("autoencoder")

# %% [markdown] lang="en"
# An **autoencoder** is a network that is asked for its own input. The left half, the **encoder**, squeezes the picture
# into a few numbers: the **latent** $z$. The right half, the **decoder**, must draw the picture again from $z$ alone:
# the **reconstruction**. Nobody tells the network which digit it sees. The narrowest layer in the middle, the
# **bottleneck**, is too narrow for copying every pixel, so the network must find what pictures have in common.
#
# ## The pictures
#
# MNIST (LeCun, Cortes, Burges 1998; usually given as CC BY-SA 3.0) has 60,000 training and 10,000 test pictures.
# Without MNIST and without an internet connection, the course uses 1,797 real 8×8 digits that come with scikit-learn
# (UCI; Alpaydin, Kaynak 1998; CC BY 4.0), enlarged to 28×28. The next cell says which of the two you have. Where a
# sentence below holds for MNIST only, it says so.

# %% [markdown] lang="ja"
# **オートエンコーダ**とは、入力と同じものを出力するように学習させるネットワークです。左半分の**エンコーダ**（encoder）は、
# 画像を少数の数、すなわち**潜在変数**（latent）$z$ に縮めます。右半分の**デコーダ**（decoder）は、$z$ だけを頼りに画像を
# 描き直します。これを**再構成**（reconstruction）といいます。どの数字が写っているのかは、誰も教えません。中央の最も
# 狭いところ（**ボトルネック**）では、すべての画素の値をそのまま通すことはできません。そのため、画像に共通する特徴をつかむしかないのです。
#
# ## 画像を見る
#
# MNIST（LeCun, Cortes, Burges 1998、ふつうCC BY-SA 3.0とされています）は、訓練用60,000枚とテスト用10,000枚の画像からなり
# ます。MNISTがなく、インターネットにもつながらない場合には、scikit-learnに付属する本物の手書き数字1,797枚（8×8）（UCI、
# Alpaydin, Kaynak 1998、CC BY 4.0）を28×28に拡大して使います。どちらが使われるかは、次のセルが教えてくれます。MNISTだけに
# 当てはまる説明には、そのように書いてあります。

# %%
mnist = images.load_images("mnist")
print(mnist)

# %%
first_of_each = [int((mnist.train.labels == digit).nonzero()[0]) for digit in range(10)]
plots.show_images(mnist.train.images[first_of_each], title="One picture of each digit‖数字ごとに1枚", width=7)

# %%
plots.show_images(mnist.train.images[:40], title="The first 40 training pictures‖訓練画像の最初の40枚", width=7)

# %% [markdown] lang="en"
# Each pixel is a number from 0 (black) to 1 (white). MNIST's files hold bytes from 0 to 255, so the loader divides by
# 255; dividing by 256, a common slip, would leave no pixel truly white.
#
# ## From square to row and back
#
# PyTorch keeps a batch of pictures as `[B, C, H, W]`: batch, channel, height, width. A linear layer wants
# `[B, C*H*W]`: one row of numbers a picture. Three ways lead there, and all give the same numbers.

# %% [markdown] lang="ja"
# 画素の値は0（黒）から1（白）までです。MNISTのファイルには0から255までのバイトで入っているので、読み込むときに255で割ります。
# 256で割る誤りをよく見かけますが、それでは真っ白な画素が1つもなくなってしまいます。
#
# ## 画像を1行に並べ、また画像に戻す
#
# PyTorchは、画像のバッチを `[B, C, H, W]`（枚数、チャネル、高さ、幅）の形でもちます。一方、線形層が受け取るのは
# `[B, C*H*W]`、つまり1枚を1行に並べたものです。並べ直す方法は3つあり、どれも同じ結果になります。

# %%
x = mnist.train.images[:5]     # [B, C, H, W]
print(x.shape)
print(x.flatten(1).shape)      # keeps axis 0 (the batch), joins the others‖軸0（枚数）を残し、ほかの軸をまとめる
print(x.view(5, 784).shape)    # shares x's memory; an error where that is impossible‖xとメモリを共有。できなければエラー
print(x.reshape(5, -1).shape)  # like view, but copies where it must; -1: what is left‖viewと同様。必要ならコピー。-1は残り全部
print(torch.equal(x.flatten(1), x.view(5, 784)), torch.equal(x.flatten(1), x.reshape(5, -1)))

# %% tags=["instructor"]
assert x.shape == (5, 1, 28, 28)
assert x.flatten(1).shape == x.view(5, 784).shape == x.reshape(5, -1).shape == (5, 784)
assert torch.equal(x.flatten(1), x.view(5, 784)) and torch.equal(x.flatten(1), x.reshape(5, -1))

# %%
lesson.show_figure("flatten")

# %% [markdown] lang="en"
# Inside a network these two are *layers*: `nn.Flatten` and `nn.Unflatten`. Why not simply write the function into
# `nn.Sequential`? The next cell tries it. **Predict:** what will the error complain about?

# %% [markdown] lang="ja"
# ネットワークの中では、図の2つの操作を `nn.Flatten` と `nn.Unflatten` という「層」として書きます。では、関数をそのまま
# `nn.Sequential` に入れてはいけないのでしょうか。次のセルで試します。**予想：** どんなエラーになるでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** "... is not a Module subclass". Ask what a module has that a function has not: parameters, a device, a state to save.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 「… is not a Module subclass」です。関数になくてモジュールにあるものを尋ねてください（パラメータ、置かれている装置、保存できる状態）。

# %%
try:
    nn.Sequential(torch.flatten, nn.Linear(784, 2))
except TypeError as error:
    print("TypeError:", error)

# %% tags=["instructor"]
try:
    nn.Sequential(torch.flatten)
except TypeError as error:
    assert "is not a Module subclass" in str(error)
else:
    raise AssertionError("no TypeError")

# %% [markdown] lang="en"
# `nn.Sequential` takes only **modules**. A module can hold parameters, move to a GPU, and be saved; a bare function
# can do none of that. When you need a function as a layer, wrap it. `extra_repr` is what the printed model says about
# your layer.

# %% [markdown] lang="ja"
# `nn.Sequential` が受け取るのは**モジュール**だけです。モジュールはパラメータをもち、GPUに移せて、保存もできます。ただの
# 関数にはそのどれもできません。関数を層として使いたいときは、次のようにモジュールで包みます。`extra_repr` は、モデルを表示
# したときに、その層について何を書くかを決めるメソッドです。

# %%
class Scale(nn.Module):
    """A layer that multiplies by a fixed number.‖決まった数を掛ける層。"""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def extra_repr(self):
        return f"factor={self.factor}"


print(nn.Sequential(Scale(2.0), nn.Flatten(), nn.Linear(784, 2), nn.Unflatten(1, (1, 2))))

# %% tags=["instructor"]
assert str(Scale(2.0)) == "Scale(factor=2.0)"
assert torch.equal(nn.Sequential(Scale(2.0), nn.Flatten())(x), 2 * x.flatten(1))
assert nn.Unflatten(1, (1, 2))(torch.zeros(5, 2)).shape == (5, 1, 2)

# %% [markdown] lang="en"
# ## The network: 784-128-64-12-2 and the mirrored way back
#
# `ReLU` keeps positive numbers and turns negative ones into 0. Cover the comments with your hand and say the shape after
# each line.

# %% [markdown] lang="ja"
# ## ネットワーク：784-128-64-12-2と、その逆順
#
# `ReLU` は正の数をそのまま通し、負の数を0にします。次のコードの `#` 以降を手で隠し、上から順に、各行のあとの形を言ってみてください。

# %%
encoder = nn.Sequential(
    nn.Flatten(),                      # [B, 1, 28, 28] -> [B, 784]
    nn.Linear(784, 128), nn.ReLU(),    # -> [B, 128]
    nn.Linear(128, 64), nn.ReLU(),     # -> [B, 64]
    nn.Linear(64, 12), nn.ReLU(),      # -> [B, 12]
    nn.Linear(12, 2))                  # -> [B, 2]: the latent, without activation‖-> [B, 2]：潜在変数。活性化関数なし
print(encoder(x).shape)
print(f"parameters in the encoder: {sum(p.numel() for p in encoder.parameters()):,}‖エンコーダのパラメータ数：{sum(p.numel() for p in encoder.parameters()):,}")

# %% tags=["instructor"]
assert encoder(x).shape == (5, 2)
assert sum(p.numel() for p in encoder.parameters()) == 109_542

# %% [markdown] lang="en"
# The decoder is the same list backwards, with a sigmoid $1/(1+e^{-a})$ at its end, which squeezes any number $a$ into 0
# to 1, the range of a pixel. The course's
# `models.Autoencoder` builds both halves from one list of widths. This is its core (`pairwise` gives neighbouring
# widths, `last_activation` makes the last activation from its name, `inputs_of` drops the labels):

# %% [markdown] lang="ja"
# デコーダは、同じ並びを逆にたどります。最後に、どんな数 $a$ も0から1に収めるシグモイド $1/(1+e^{-a})$ を置きます。教材の `models.Autoencoder`
# は、幅の並びを1つ渡すだけで両方を組み立てます。中心となる部分は次のとおりです（`pairwise` は隣り合う幅の組を返し、
# `last_activation` は名前から最後の活性化関数を作り、`inputs_of` はラベルを除いて入力だけを返します）。

# %%
network = models.Autoencoder
lesson.show_source(models.linear_layers, network.__init__, network.encode, network.decode,
                   network.forward, network.loss)

# %% [markdown] lang="en"
# ## Two baselines
#
# A loss of 0.04: is that good? A number means nothing alone. Two **baselines**, methods to compare with, need no network at all.
#
# * The **mean image**: answer every picture with the average of all training pictures. No information passes.
# * **PCA with 2 components**: the best that *linear* squeezing and drawing can do with two numbers on the training
#   pictures.
#
# Our measure, unless a column says otherwise, is the **test MSE**: the squared error of each pixel, averaged over all
# pixels of all test pictures, with pixels in [0, 1]. A mean squared error between input and
# reconstruction is also called a **reconstruction error**: lesson 01 took it for each day, here it is over all test pictures.
#
# $$\mathrm{MSE} = \frac{1}{N \cdot 784}\sum_{n=1}^{N}\sum_{i=1}^{784}\left(x_{ni} - \hat{x}_{ni}\right)^2$$
#
# $N$ is the number of pictures, $x_{ni}$ pixel $i$ of picture $n$ (`x`), $\hat{x}_{ni}$ the same pixel in the
# reconstruction (`model(x)`).

# %% [markdown] lang="ja"
# ## ベースラインを2つ用意する
#
# 損失が0.04だったとします。これはよい値でしょうか。この値だけでは判断できません。そこで、ネットワークを使わない方法を2つ、
# **ベースライン**（比較対象）として用意します。
#
# * **平均画像**：どの画像に対しても、訓練画像すべての平均を答えます。画像の情報は何も使いません。
# * **2成分のPCA**：2個の数に**線形に**縮め、線形に描き直す方法のうち、訓練画像に対して最良のものです。
#
# ものさしは、列名などで断らないかぎり、**テストMSE**（平均二乗誤差）です。画素の値を [0, 1] として、画素ごとの二乗誤差を、すべての
# テスト画像のすべての画素について平均します。
#
# $$\mathrm{MSE} = \frac{1}{N \cdot 784}\sum_{n=1}^{N}\sum_{i=1}^{784}\left(x_{ni} - \hat{x}_{ni}\right)^2$$
#
# 入力と再構成の二乗誤差を平均した値を、**再構成誤差**と呼びます（第1回では1日ごとでしたが、ここでは全テスト画像についての平均です）。$N$ は画像の枚数、$x_{ni}$ は $n$ 枚目の画像の $i$ 番目の画素（コードでは `x`）、
# $\hat{x}_{ni}$ は再構成した画像の同じ画素（`model(x)`）です。

# %%
flat_train, flat_test = mnist.train.images.flatten(1), mnist.test.images.flatten(1)
mean_image = flat_train.mean(0)
mean_mse = nn.functional.mse_loss(mean_image.expand_as(flat_test), flat_test).item()
by_formula = ((flat_test - mean_image) ** 2).sum().item() / (len(flat_test) * 784)
print(f"mean image, by mse_loss: {mean_mse:.4f}, by the formula: {by_formula:.4f}‖平均画像　mse_lossによる値：{mean_mse:.4f}、式による値：{by_formula:.4f}")

# %%
pca = PCA(128, svd_solver="covariance_eigh").fit(flat_train.numpy())
axes = torch.tensor(pca.components_)           # [128, 784]: each row a direction‖[128, 784]：各行が1つの方向


def pca_mse(k):
    """Test MSE of PCA with k components.‖成分がk個のPCAのテストMSE。"""
    z = (flat_test - mean_image) @ axes[:k].T  # [N, 784] -> [N, k]
    drawn = mean_image + z @ axes[:k]          # [N, k] -> [N, 784]
    return (flat_test - drawn).square().mean().item()


print(f"test MSE: mean image {mean_mse:.4f}, PCA with 2 components {pca_mse(2):.4f}‖テストMSE：平均画像 {mean_mse:.4f}、2成分のPCA {pca_mse(2):.4f}")

# %% [markdown] lang="en"
# On MNIST, PCA's two numbers remove only 17 % of the mean image's error. Whatever our network does must be judged against
# these two numbers, never against zero.
#
# ## Training
#
# The loop is the one of lesson 01. `training.fit` adds a progress bar, a validation set, the best weights
# and a good optimiser: Muon (Jordan et al., 2024) for the inner matrices and Adam for the rest, with a learning rate
# that rises for a moment and then falls to zero; so a few **epochs** (passes over all training pictures) are enough. Its heart is still one step (`precision` only lets processors that
# can do so multiply with 16-bit numbers):

# %% [markdown] lang="ja"
# MNISTの場合、2個の数でPCAが減らせるのは、平均画像の誤差の17 %だけです。これからネットワークが出す値は、ゼロとではなく、この2つの値と比べて判断
# します。
#
# ## 学習
#
# ループは、第1回のものと同じです。`training.fit` は、それに進捗表示、検証用データ、最良の重みの保存と、性能のよい最適化
# 手法を加えたものです。内側の行列にはMuon（Jordanら、2024）、残りにはAdamを使い、学習率は初めに少しだけ上げ、そのあとゼロ
# まで下げていきます。そのため、少ない**エポック**数（訓練画像を1回ずつすべて使うことを1エポックといいます）で済みます。中心は、やはり次の1ステップです（`precision` は、対応するプロセッサで16ビットの数を使って掛け算するための
# ものです）。

# %%
lesson.show_source(training.train_step)

# %% [markdown] lang="en"
# The last 5,000 training pictures (a tenth of a small set) are kept apart: the **validation** set. Training never
# sees them. They decide which epoch was the best. The test loss is logged too, but it chooses nothing: neither the
# weights nor the epoch. So it does not look better than the network is.
#
# **Predict:** will a nonlinear network with two numbers beat PCA's two numbers? Where will the curve end: between
# the two dotted lines, or below both? Watch it grow (about ten seconds).

# %% [markdown] lang="ja"
# 訓練画像のうち最後の5,000枚（小さいデータでは1割）は、**検証用**として分けておきます。学習には使いません。どのエポックが
# 最もよかったかは、検証用データで決めます。テスト損失も記録しますが、重みもエポックも、それで選ぶことはしません。ですから、
# 値が実力より良く見える心配がありません。
#
# **予想：** 同じ2個の数でも、非線形な変換を使えば、誤差はPCAより小さくなるでしょうか。曲線は、2本の点線（平均画像とPCA）の
# 間で止まるでしょうか、それともその下まで行くでしょうか。曲線が伸びていくようすを見てください（10秒ほどです）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Below both: about 0.038 against 0.056 (PCA) and 0.068 (mean image). Typical slip: to compare the training loss with the dotted lines, which are test values.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 両方より下まで行きます。約0.038で、PCAは0.056、平均画像は0.068です。よくある誤り：テスト画像での値である点線を、訓練損失と比べてしまう。

# %%
many = len(mnist.train) > 10_000  # a small set needs more epochs and smaller steps‖少数ならエポックを増やし歩幅を小さくする
schedule = ({"epochs": 6, "batch_size": 256, "lr": 0.01} if many else
            {"epochs": 20, "batch_size": 64, "lr": 0.005})
examples = mnist.test.images[:10]
levels = {"mean image‖平均画像": mean_mse, "PCA, 2 components‖2成分のPCA": pca_mse(2)}
Path("build").mkdir(exist_ok=True)


def film(history, model):
    """Keep ten test pictures as the model reconstructs them after each epoch.‖エポックごとに、10枚の再構成を記録する。"""
    frames.append(latent.reconstruct(model, examples))


# %%
model = models.Autoencoder((784, 128, 64, 12, 2))
frames = [latent.reconstruct(model, examples)]  # before training‖学習前の再構成
history = training.fit(model, mnist, **schedule, checkpoint="build/02_best.safetensors",
                       on_epoch=[plots.LiveCurve(levels=levels), film])

# %% [markdown] lang="en"
# Both panels show the same run, only the vertical scale differs; the dotted lines are test values. On the linear axis
# equal steps are equal differences, on the logarithmic axis equal percentages. If the curves still fall at the end,
# longer training would probably help; a flat end proves little, because the learning rate falls to zero. Dashed is the
# training loss, averaged over the epoch *while* the weights improve; solid is validation, measured *after* it, so it
# may lie below. If validation rose while training fell, the network would be learning its training pictures by heart.

# %% [markdown] lang="ja"
# 2つの図は、同じ学習の経過を、縦軸の目盛だけ変えて描いたものです。線形目盛では下がった量が、対数目盛では下がった割合が読めます。
# 点線はテスト画像での値です。最後でもまだ下がっていれば、
# もっと長く学習すれば良くなりそうです。平らになっても、学習率がゼロまで下がるので、学びきったとはいえません。破線は訓練損失で、エポックの間、重みを更新しながら測った値の平均です。実線は検証損失で、エポックの**あとに**
# 測るので、破線より低くなることがあります。もし訓練損失が下がるのに検証損失が上がっていったら、訓練画像を丸暗記しはじめたしるし
# です。

# %%
test_mse = history.best["test_loss"]
lesson.say("Test MSE: autoencoder **{ours:.4f}**, PCA {pca:.4f}, mean image {mean:.4f}. ‖テストMSEは、オートエンコーダが**{ours:.4f}**、PCAが{pca:.4f}、平均画像が{mean:.4f}です。"
           "The autoencoder's error is {share:.0f} % of PCA's.‖オートエンコーダの誤差は、PCAの{share:.0f} %です。",
           ours=test_mse, pca=pca_mse(2), mean=mean_mse, share=100 * test_mse / pca_mse(2))

# %% tags=["instructor"]
assert history.best["test_loss"] < mean_mse
assert history.best["test_loss"] < pca_mse(2)

# %% [markdown] lang="en"
# The history is a table. It can be saved, and read again later without training anew.

# %% [markdown] lang="ja"
# 学習の記録は表になっています。保存しておけば、あとで、学習し直さずに読み込めます。

# %%
history.save("build/02_history.csv")
again = training.History.load("build/02_history.csv")
again.table.tail(3).round(4)

# %% [markdown] lang="en"
# ## Early, middle, late
#
# **Predict:** after its first epoch, does the network draw the same blob for every picture, or can you already read
# some digits?

# %% [markdown] lang="ja"
# ## 初め、中ごろ、終わり
#
# **予想：** 1エポック目が終わったとき、再構成はどの画像でも同じようなぼんやりした塊でしょうか。それとも、もう読める数字が
# あるでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** On MNIST 0 and 1 can be read already after one epoch.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** MNISTなら、1エポックで、0と1はもう読めます。

# %%
moments = {"untrained‖学習前": 0, "epoch 1‖エポック1": 1, "half-way‖中間": len(frames) // 2,
           "last epoch‖最後のエポック": -1}
plots.compare_rows({"input‖入力": examples} | {name: frames[moment] for name, moment in moments.items()},
                   "Ten test pictures during training‖学習中の再構成（テスト画像10枚）")

# %% [markdown] lang="en"
# Look at the row of epoch 1 first: on MNIST a 1 and a 0 can be read already. Then compare the rows: which digits take
# shape first, which stay blobs, which end as *another* digit? Where two digits look alike (4 and 9, say), the
# reconstruction may be a blur between them, or simply the other digit. The decoder cannot tell apart pictures at the same point, and
# the mean of the pictures there has the smallest error: a blur if both are common, nearly one digit if that one is in the majority. Move the slider to see every epoch, the inputs above.

# %% [markdown] lang="ja"
# まず1エポック目の行を見てください。MNISTなら、1や0はもう読めます。続けて行どうしを見比べると、早く形になる数字、塊のままの数字、
# 最後には**別の**数字として描かれるものがあります。形の似た数字どうし（たとえば4と9）では、再構成は、その中間のぼけた形になるか、もう一方の数字そのものになります。
# デコーダは、平面の同じ場所に来た画像を見分けられません。二乗誤差が最も小さいのは、そこに来る画像の平均を描くことです。両方が同じくらいならぼけ、一方が多ければ、ほぼその数字になります。スライダーを動かすと、すべての
# エポックを見られます（上の段が入力です）。

# %%
names = ["untrained‖学習前"] + [f"epoch {epoch}‖エポック{epoch}" for epoch in history.table["epoch"]]
widgets.frame_slider([torch.cat([examples, drawn]) for drawn in frames], names)  # inputs above‖上の段が入力

# %% [markdown] lang="en"
# ## Keep the best
#
# Each time the validation loss was the smallest so far, `fit` wrote the weights to `checkpoint=`, and at the end it
# put the best ones back into the model. A safetensors file holds plain numbers and no device: a model trained on a GPU
# loads on a laptop.

# %% [markdown] lang="ja"
# ## 最良の重みを残す
#
# `fit` は、検証損失がそれまでで最小になるたびに、重みを `checkpoint=` のファイルへ書き出し、最後に最良の重みをモデルへ戻し
# ます。safetensors形式のファイルに入っているのは数値だけで、装置の情報は含まれません。GPUで学習したモデルも、ノートパソコンで
# 読み込めます。

# %%
loaded = models.Autoencoder((784, 128, 64, 12, 2))          # new, untrained, on the CPU‖新しい学習前のモデル、CPU上
training.load_weights(loaded, "build/02_best.safetensors")  # whatever device wrote it‖どの装置で書いたものでもよい
print("loaded on:‖読み込み先：", next(loaded.parameters()).device)
print("same reconstructions:‖同じ再構成か：", torch.allclose(
    latent.reconstruct(loaded, examples), latent.reconstruct(model, examples), atol=1e-5))

# %% tags=["instructor"]
assert next(loaded.parameters()).device.type == "cpu"
assert torch.allclose(latent.reconstruct(loaded, examples), latent.reconstruct(model, examples),
                      atol=1e-5)

# %% [markdown] lang="en"
# ## The last layer decides what can be drawn
#
# Many courses stretch pixels from [0, 1] to [-1, 1], because tanh, an S-shaped curve, ends there: $x' = 2x - 1$. We train
# the same network with four last activations, the one with tanh on stretched pixels, each for half as many epochs to save
# time. **Predict:** which run will show the largest loss as it stands, and will it still be the largest when every
# reconstruction is brought back to [0, 1]? (About half a minute.)

# %% [markdown] lang="ja"
# ## 何を描けるかは、最後の層が決める
#
# S字形の関数tanhの出力範囲に合わせて、画素を [0, 1] から [-1, 1] に変換する教材が多くあります（$x' = 2x - 1$）。同じネットワークの最後の
# 活性化関数だけを4通りに変え、tanhのときは変換した画素で学習させます。時間を節約するため、エポック数は半分にします。**予想：** そのままの値で損失が最も大きいのはどれで
# しょう。再構成を [0, 1] に戻してから測っても、やはり最大でしょうか（30秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** tanh, about 0.166, four times the others; back in [0, 1] it is about 0.042, like the others. Then the largest is ReLU (about 0.043), by little.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** tanhです。約0.166で、ほかの4倍ですが、[0, 1] に戻すと約0.042で、ほかと変わりません。そのとき最も大きいのはReLU（約0.043）ですが、差はわずかです。

# %%
def to_signed(split):
    """A split with its pixels [0, 1] mapped to [-1, 1].‖画素を [0, 1] から [-1, 1] に変換したデータ。"""
    return dataclasses.replace(split, images=2 * split.images - 1)


signed = dataclasses.replace(mnist, train=to_signed(mnist.train), test=to_signed(mnist.test))
short = schedule | {"epochs": schedule["epochs"] // 2}

# %%
guess = ...  # "sigmoid", "linear", "relu" or "tanh"?‖"sigmoid"、"linear"、"relu"、"tanh"のどれですか

# %%
rows = []
for output in ("sigmoid", "linear", "relu", "tanh"):
    net = models.Autoencoder((784, 128, 64, 12, 2), output=output)
    run = training.fit(net, signed if output == "tanh" else mnist, **short, progress=False)
    drawn = latent.reconstruct(net, signed.test.images if output == "tanh" else mnist.test.images)
    drawn = (drawn + 1) / 2 if output == "tanh" else drawn  # back to [0, 1]‖[0, 1] に戻す
    rows.append({"test MSE as trained‖テストMSE（学習時の範囲）": run.best["test_loss"],
                 "test MSE in [0, 1]‖テストMSE（[0, 1] に戻す）": (drawn - mnist.test.images).square().mean().item()})
losses = pd.DataFrame(rows, index=["sigmoid", "linear", "relu", "tanh"])
lesson.compare(guess, losses.iloc[:, 0].idxmax())
losses.round(4)

# %% [markdown] lang="en"
# Look at the tanh row: its loss, the largest as it stands, is like the others once it is measured in [0, 1]. On
# stretched pixels every difference is twice as large, and every squared difference four times; a "smaller loss without
# stretching the pixels" is an illusion of scale. Whether the differences that remain are chance, one run cannot tell (see "Another seed"
# below). What certainly differs is *which values the network can put out*.
#
# | last activation | range | good for |
# |---|---|---|
# | sigmoid | 0 to 1 | pixels in [0, 1] |
# | tanh | -1 to 1 | pixels in [-1, 1]; undo the stretching before you look |
# | linear | all numbers | any data; clamp pixels (cut them off below 0 and above 1) before you look |
# | ReLU | 0 and up | data that are never negative; beware of dead ReLUs, see below |
#
# A fifth choice (you may skip it until lesson 04) is to leave the sigmoid out and call the outputs **logits**. Lesson 04 uses the loss
# $-\log(1 - p)$ for a black pixel, where $p = \mathrm{sigmoid}(\text{logit})$ is the white that the network drew. For
# a large logit $p$ is rounded to exactly 1. One function from the logit to the loss avoids that rounding:

# %% [markdown] lang="ja"
# tanhの行を見てください。そのままでは最大だった損失が、[0, 1] に戻すと、ほかと同じくらいの値になります。変換した画素では、差が2倍に
# なるので、二乗した差は4倍になるのです。「画素を変換しないほうが損失が小さい」というのは、尺度の違いが生む錯覚です。残った差が偶然か
# どうかは、この1回だけではわかりません（あとの「乱数の種を変える」を参照）。確実に違うのは、**出力できる値の範囲**です。
#
# | 最後の活性化関数 | 範囲 | 向いているもの |
# |---|---|---|
# | シグモイド | 0から1 | [0, 1] の画素 |
# | tanh | -1から1 | [-1, 1] の画素。見る前にもとの範囲へ戻す |
# | なし（線形） | すべての値 | どんなデータでも。画素なら、見る前に範囲内に収める（clamp：0未満は0、1超は1にする） |
# | ReLU | 0以上 | 負にならないデータ。ただし「死んだReLU」に注意（後述） |
#
# 5つめの選択肢は（第4回まで読み飛ばしてもかまいません）、シグモイドを付けず、出力を**ロジット**と呼ぶことです。第4回では、黒い画素の損失を $-\log(1 - p)$ とします。
# ここで $p = \mathrm{sigmoid}(\text{ロジット})$ は、ネットワークが描いた白さです。ロジットが大きいと、$p$ はちょうど1に丸められて
# しまいます。ロジットから損失までを1つの関数で計算すれば、この丸めを避けられます。

# %%
logit, target = torch.tensor([20.0]), torch.tensor([0.0])  # drawn white, but is black‖白と描いたが、正解は黒
print("sigmoid first, then the logarithm:‖シグモイドのあとで対数：", -torch.log(1 - torch.sigmoid(logit)).item())
print("both at once, from the logit:‖ロジットからまとめて計算：",
      nn.functional.binary_cross_entropy_with_logits(logit, target).item())

# %% tags=["instructor"]
assert torch.log(1 - torch.sigmoid(logit)).item() == -float("inf")
assert abs(nn.functional.binary_cross_entropy_with_logits(logit, target).item() - 20) < 1e-4

# %% [markdown] lang="en"
# An infinite loss ends the training; the true value is almost exactly 20.
#
# **A mistake on purpose: no clamp** (about five seconds). To become a PNG file, pixels become bytes, 0 to 255. A linear output may say
# -0.02 for black. As a byte that is not 0 but wraps round to 251: nearly white.

# %% [markdown] lang="ja"
# 損失が無限大（inf）になると、学習は続けられません。正しい値はほぼ20です。
#
# **わざとまちがえてみる：範囲に収めない（5秒ほどかかります）。** PNGファイルにするとき、画素は0から255のバイトになります。線形の出力は、黒を
# -0.02と答えることがあります。これをバイトに直すと、0にはならず、ひと回りして251、つまりほとんど白になります。

# %%
linear = models.Autoencoder((784, 128, 64, 12, 2), output="linear")
training.fit(linear, mnist, **short, progress=False)
drawn = latent.reconstruct(linear, examples)
wrapped = (drawn * 255).int().to(torch.uint8).float() / 255  # bytes without clamp‖clampせずにバイトにする
plots.compare_rows({"input‖入力": examples, "no clamp‖clampなし": wrapped, "with clamp‖clampあり": drawn.clamp(0, 1)},
                   "A linear output, saved as bytes‖線形の出力をバイトで保存した場合")

# %% [markdown] lang="en"
# **A second mistake on purpose: too large a learning rate.** Above, ReLU as the last activation did learn. Now the same network with
# Adam and a learning rate of 0.1, a hundred times Adam's usual 0.001. **Predict:** slow, or hopeless? (About five seconds.)

# %% [markdown] lang="ja"
# **わざとまちがえてみる、その2：大きすぎる学習率。** さきほどは、最後がReLUでも学習できました。今度は同じネットワークで、最適化手法を
# Adam、学習率を0.1（ふつうの0.001の100倍）にしてみます。**予想：** 学習が遅くなるだけでしょうか、それとも、まったく学習できなく
# なるでしょうか（5秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Hopeless: about 0.11, worse than the mean image, and the same picture for every input (largest difference 0).

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** まったく学習できません。MSEは約0.11で平均画像より悪く、どの入力にも同じ画像を返します（差の最大値は0）。

# %%
fast = models.Autoencoder((784, 128, 64, 12, 2), output="relu")
run = training.fit(fast, mnist, epochs=1, batch_size=64, optimizer="adam", lr=0.1, progress=False)
drawn = latent.reconstruct(fast, mnist.test.images)
spread = (drawn.amax(0) - drawn.amin(0)).max()
lesson.say("Test MSE **{loss:.4f}**; mean image {mean:.4f}, all black {black:.4f}. ‖テストMSEは**{loss:.4f}**です（平均画像は{mean:.4f}、真っ黒なら{black:.4f}）。"
           "Largest difference between any two reconstructions: **{spread:.4f}**.‖2つの再構成の差は、最大で**{spread:.4f}**です。",
           loss=run.best["test_loss"], mean=mean_mse, spread=spread,
           black=mnist.test.images.square().mean())
plots.compare_rows({"input‖入力": examples, "reconstruction‖再構成": drawn[:10]},
                   "Adam, learning rate 0.1‖Adam、学習率0.1")

# %% tags=["instructor"]
assert run.best["test_loss"] > mean_mse

# %% [markdown] lang="en"
# Where the largest difference is 0, every input gives the same picture: the ReLUs of a layer inside have died (**dead
# ReLUs**), and nothing of the input passes. Pixels that stay black have a dead ReLU in the last layer too. Even the mean image, which also answers
# all with one picture, has a smaller loss. Where a ReLU is 0 for every picture, its slope is 0, and the weights in
# front of it get no gradient. More training hardly helps; start again with a smaller learning rate. If your own network
# draws one and the same thing for every input, think of this picture first.
#
# ## The plane
#
# Two latents are two coordinates, so every test picture is a point of a plane; `latent.embed` gives its coordinates.

# %% [markdown] lang="ja"
# 差の最大値が0なら、どの入力にも同じ絵を返しています。途中の層のReLUがすべて**死んだReLU**（dead ReLU）になり、入力の情報がまったく通らなくなったのです。黒いままの
# 画素では、最後の層のReLUも死んでいます。同じく1枚の絵しか返さない平均画像のほうが、まだ損失が小さいのです。どの画像に対しても0になったReLUでは傾きも0なので、その手前の重みには勾配が届き
# ません。学習を続けても、まず元には戻りません。学習率を小さくして、最初からやり直します。自分のネットワークがどの入力にも同じ絵
# を返すようになったら、まずこの図を思い出してください。
#
# ## 潜在平面
#
# 潜在変数が2個なら、それは平面の座標です。テスト画像は1枚ごとに、平面の1点に対応します。`latent.embed` がその座標を返します。

# %%
z_test = latent.embed(model, mnist.test.images)
print(f"z: {z_test.shape}, from {z_test.min(0).round(1)} to {z_test.max(0).round(1)}‖z：{z_test.shape}、{z_test.min(0).round(1)} から {z_test.max(0).round(1)} まで")
plots.latent_plane(z_test, mnist.test.labels, "Test pictures on the plane of two latents‖潜在平面上のテスト画像")

# %% [markdown] lang="en"
# Remember: the network never saw a label. The colours are ours, added afterwards, and still many equal colours lie
# together, because pictures that look alike can be drawn with a small error from neighbouring points. Note the *range* as well:
# nothing in the loss keeps the latent near the origin or makes it use both axes alike. Below, as many pictures as fit,
# each at its own point, without the outermost edge.

# %% [markdown] lang="ja"
# ネットワークはラベルを一度も見ていません。色は、あとから私たちが付けたものです。それでも同じ色の多くが集まるのは、形の似た画像
# どうしが近くにあるほうが、描き直したときの誤差が小さくなりやすいからです。座標の**範囲**にも注目してください。原点の近くに集める働きも、2つの軸を
# 同じように使わせる働きも、この損失にはありません。次の図は、同じ平面に画像そのものを、重ならない範囲で置いたものです（いちばん外側は
# 省いています）。

# %%
plots.latent_glyphs(z_test[:4000], mnist.test.images[:4000], "The same plane in pictures‖同じ平面に置いた画像")

# %% [markdown] lang="en"
# ### Another seed
#
# **Predict:** train the same network again with another seed: other first weights, another order of the batches. Will
# the map be the same? (About ten seconds.)

# %% [markdown] lang="ja"
# ### 乱数の種を変える
#
# **予想：** 乱数の種（重みの初期値とバッチの順番）だけを変えて、同じネットワークをもう一度学習させます。地図は同じになる
# でしょうか（10秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** No: the losses are close (0.038 both), the maps differ. Typical slip: to say that a mirrored or turned map "is the same" and that its axes therefore mean something.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 同じにはなりません。損失はどちらも約0.038ですが、地図は違います。よくある誤り：地図は裏返しや回転の違いだけだから、軸には意味があると考える。

# %%
other = models.Autoencoder((784, 128, 64, 12, 2), seed=1)
other_history = training.fit(other, mnist, **schedule, seed=1, progress=False)
other_mse = other_history.best["test_loss"]
print(f"test MSE, seed 0: {test_mse:.4f}, seed 1: {other_mse:.4f}‖テストMSE　種0：{test_mse:.4f}、種1：{other_mse:.4f}")
planes = {"seed 0‖乱数の種0": z_test, "seed 1‖乱数の種1": latent.embed(other, mnist.test.images)}
plots.latent_planes(planes, mnist.test.labels)

# %% [markdown] lang="en"
# The losses are near each other; the maps are not the same. Look for a digit that has moved, for neighbours exchanged,
# and at the ranges on the axes. So never read meaning into "latent 1" itself: at most which pictures lie near each other on *one* map means
# something, and even there distances are stretched. And a difference between two losses that is no larger than between two seeds proves nothing. (Two seeds
# are only a first estimate of that spread.)
#
# ### Crowded regions
#
# In the middle the colours overlap. Zoom in: is there still order, or only noise?

# %% [markdown] lang="ja"
# 損失は近い値ですが、地図は同じではありません。場所の変わった数字、入れ替わった隣どうし、軸の範囲の違いを探してみてください。
# ですから「潜在変数1」そのものに意味を読み取ってはいけません。意味があるとすれば、**1枚の**地図の中で何の近くに何があるかだけで、そこでも距離は伸び縮みしています。また、乱数の種に
# よる差を超えない損失の差からは、何も言えません（2つの乱数の種だけでは、ばらつきの目安にすぎませんが）。
#
# ### 混み合った場所
#
# 中央では色が重なっています。拡大してみましょう。そこにもまだ秩序があるでしょうか、それとも雑然としているだけでしょうか。

# %%
centre = np.quantile(z_test, [0.3, 0.7], axis=0).T  # [2, 2]: 30 % and 70 % points‖[2, 2]：各軸の30 %点と70 %点
plots.latent_plane(z_test, mnist.test.labels, "The middle, enlarged‖中央の拡大図", limits=centre)

# %% [markdown] lang="en"
# Groups of one colour can still be seen, their borders hardly. A number decides: **k-NN accuracy**. For each test
# picture, ask its ten nearest *training* neighbours in the plane for their digit and let them vote. 1.0 would be
# perfect; over the whole plane random answers give about 0.1. (About ten seconds. The labels judge here; the autoencoder did not learn from them.)
# **Predict:** which is higher, the whole plane or its middle; the autoencoder's plane or PCA's?

# %% [markdown] lang="ja"
# 同じ色のまとまりは残っていますが、境目ははっきりしません。そこで数で確かめます。**k近傍法の正解率**です。テスト画像ごとに、
# 平面の上で最も近い**訓練**画像10枚の数字を調べ、多数決をとります。1なら完全、平面全体では、ランダムに答えると約0.1になります（10秒ほどかかります。ラベルは評価に
# 使うだけで、オートエンコーダの学習には使っていません）。 **予想：** 正解率が高いのは、平面全体と中央のどちらでしょう。オートエンコーダの平面とPCAの平面ではどちらでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** The whole plane (about 0.75) against its middle (0.66; always naming its commonest digit: 0.27); the autoencoder's plane against PCA's (0.44).

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 平面全体（約0.75）のほうが、中央（0.66）より高くなります（中央で最も多い数字をいつも答えると0.27）。オートエンコーダの平面のほうが、PCAの平面（0.44）より高くなります。

# %%
guess = ...  # which plane is higher, "AE" or "PCA"?‖高いのは "AE" と "PCA" のどちらの平面ですか

# %%
z_train = latent.embed(model, mnist.train.images)
labels, test_labels = mnist.train.labels, mnist.test.labels
middle = ((z_test > centre[:, 0]) & (z_test < centre[:, 1])).all(1)  # [N], True in the middle‖[N]、中央ならTrue
knn_ae = latent.neighbour_accuracy(z_train, labels, z_test, test_labels)
knn_middle = latent.neighbour_accuracy(z_train, labels, z_test[middle], test_labels[middle])
commonest = np.bincount(test_labels[middle]).max() / middle.sum()
print(f"k-NN accuracy, autoencoder's plane: {knn_ae:.3f}‖k近傍法の正解率、オートエンコーダの平面：{knn_ae:.3f}")
print(f"its crowded middle: {knn_middle:.3f}‖中央の混み合った部分：{knn_middle:.3f}")
print(f"always naming the middle's commonest digit: {commonest:.3f}‖中央で最も多い数字をいつも答える場合：{commonest:.3f}")

# %%
pca_train, pca_test = (((flat - mean_image) @ axes[:2].T).numpy()  # [N, 784] -> [N, 2]
                       for flat in (flat_train, flat_test))
knn_pca = latent.neighbour_accuracy(pca_train, labels, pca_test, test_labels)
print(f"k-NN accuracy, PCA's plane: {knn_pca:.3f}‖k近傍法の正解率、PCAの平面：{knn_pca:.3f}")
lesson.compare(guess, "AE" if knn_ae > knn_pca else "PCA")

# %% [markdown] lang="en"
# Where the middle's value is below the plane's, digits are harder to tell apart there. The baseline is here to name always
# the commonest digit of the middle (printed): as long as k-NN is clearly above that, there is still order in the crowd.
# Of two planes with two numbers each, the one with the higher accuracy keeps the digits better apart; on MNIST and on the
# small set it is the autoencoder's.

# %% [markdown] lang="ja"
# 中央の値が平面全体の値より低ければ、混み合った場所ほど数字を見分けにくいということです。中央では、そこで最も多い数字をいつも答える場合が
# 比較の基準です（値は上に表示されています）。それよりはっきり高ければ、そこにもまだ秩序があります。同じ2個の数でも、正解率の高い平面のほうが数字を見分けやすいといえます。MNISTでも小さいデータでも、それはオートエンコーダの平面です。

# %% tags=["instructor"]
assert knn_ae > knn_pca

# %% [markdown] lang="en"
# ### Decoding any point
#
# If points decode to digits, we can *make* digits: choose a point and put it into the decoder. **Predict:** decode a
# regular grid of the plane. Will every point give a digit?

# %% [markdown] lang="ja"
# ### 好きな点をデコードする
#
# 平面の点をデコードする（デコーダに入れる）と数字になるのなら、点を選ぶだけで数字を**作れる**はずです。**予想：** 平面に格子を置き、
# 格子点をすべてデコードします。どの点からも数字が出てくるでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Every point gives a picture, most of them readable, some not. A readable picture in a dimmed cell is worth a question: how can it be there without data?

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** どの点からも画像は出てきます。多くは読めますが、読めないものもあります。暗いマスに読める数字があれば、データがないのになぜ描けるのかを尋ねてください。

# %%
low, high = z_test.min(0), z_test.max(0)
box = np.stack([low - 0.1 * (high - low), high + 0.1 * (high - low)], axis=1)  # 10 % wider‖10 %ずつ広げる
grid = latent.decode_grid(model, box, steps=15)                # [225, 1, 28, 28]
across, up = (np.linspace(*ends, 15) for ends in box)
points = np.array([(x, y) for y in up[::-1] for x in across])  # [225, 2], in the grid's order‖[225, 2]、gridと同じ順
cell = np.array([across[1] - across[0], up[1] - up[0]])
steps_away = [np.abs((point - z_train) / cell).max(1).min() for point in points]
grid[np.array(steps_away) > 0.5] *= 0.35  # no training picture in the cell‖マスの中に訓練画像がない
ranges = [f"{ends[0]:.0f} to {ends[1]:.0f}‖{ends[0]:.0f}〜{ends[1]:.0f}" for ends in box]
plots.show_images(grid, 15, f"Right: latent 1, {ranges[0]}. Up: latent 2, {ranges[1]}. ‖右へ潜在変数1：{ranges[0]}、上へ潜在変数2：{ranges[1]}、"
                  "Dimmed: no training picture‖暗いマス：訓練画像なし", width=7)

# %%
around_origin = np.random.default_rng(0).standard_normal((40, 2))  # mean 0, variance 1‖平均0、分散1の乱数
drawn = latent.decode(model, around_origin)
plots.show_images(drawn, 10, "40 random points around the origin, decoded‖原点のまわりの40点をデコードした画像", width=7)

# %% [markdown] lang="en"
# Every point decodes to something, but not always to a digit that one can read. In the dimmed cells no training picture
# lies, so nothing told the decoder what to draw: one shape repeats there, or falls to pieces. Those are the **holes**, and
# a sharp picture is no proof that there were data. In the crowded middle the pictures blend, because different digits
# share one region. And we could choose the grid only because we had seen the map: without it, random points around the
# origin show a few digits again and again. Which digits do not appear at all? Lesson 04 gathers the map around the
# origin and leaves far fewer holes; that is what a *variational* autoencoder is for.
#
# ## Another design
#
# Is two numbers the limit, or our network? Three other designs, same data, same training: one hidden layer fewer
# (784-128-32-2), a shallow one with twenty latents and no hidden layer (784-20), and a wider one with the smooth
# activation SiLU (784-256-128-64-2; these are the encoder's widths). **Predict** the order of their test losses. (Half
# a minute to a minute.)

# %% [markdown] lang="ja"
# どの点からも何かは描かれますが、読める数字とは限りません。暗く表示したマスには訓練画像が1枚もなく、何を描くべきかをデコーダに教えるものがありませんでした。そこでは同じ形が繰り返されたり、崩れたりしています。これが**穴**です。
# 絵がはっきりしていても、そこにデータがあったとは限りません。一方、混み合った中央でにじむのは、違う数字が同じ場所を分け合っているからです。しかも、格子の範囲は、先に地図を見たから
# 決められたのです。地図を見ずに原点のまわりから選ぶと、限られた数字ばかりが出てきます。一度も出てこない数字を探してみてください。
# 第4回では、地図が原点のまわりに集まるようにして、穴をずっと少なくします。そのための道具が**変分**オートエンコーダです。
#
# ## 設計を変えてみる
#
# 限界だったのは「2個」という数でしょうか、それともネットワークのほうでしょうか。同じデータ、同じ学習のしかたで、別の設計を3つ
# 試します。中間層を1つ減らした 784-128-32-2、潜在変数が20個で中間層のない 784-20、層の幅が広く滑らかな活性化関数SiLUを使う
# 784-256-128-64-2 です（エンコーダ側の幅を書いています）。テストMSEの小さい順を**予想**してください（30秒から1分かかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** 784-20 (about 0.017), the wide SiLU network (0.035), the first network (0.038), 784-128-32-2 (0.039). Typical slip: to praise 784-20 without PCA of 20 numbers (0.0235) beside it.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 784-20（約0.017）、幅の広いSiLU（0.035）、最初のネットワーク（0.038）、784-128-32-2（0.039）の順です。よくある誤り：20個のPCA（0.0235）と比べずに、784-20を良いと言う。

# %%
designs = {"784-128-32-2": models.Autoencoder((784, 128, 32, 2)),
           "784-20": models.Autoencoder((784, 20)),
           "784-256-128-64-2, SiLU": models.Autoencoder((784, 256, 128, 64, 2), hidden=nn.SiLU)}
runs = {name: training.fit(net, mnist, **schedule, progress=False) for name, net in designs.items()}
designs["784-128-64-12-2"], runs["784-128-64-12-2"] = model, history  # the first network‖最初のネットワーク
plots.loss_curves({name: run.table for name, run in runs.items()}, "Losses of four designs‖4つの設計の損失")

# %%
latents = [net.widths[-1] for net in designs.values()]
table = pd.DataFrame({"latents‖潜在変数の数": latents}, index=list(designs))
table["parameters‖パラメータ数"] = [sum(p.numel() for p in net.parameters()) for net in designs.values()]
design_mse = np.array([run.best["test_loss"] for run in runs.values()])
as_pca = np.array([pca_mse(k) for k in latents])
table["test MSE‖テストMSE"], table["PCA, as many numbers‖同じ個数のPCA"] = design_mse, as_pca
table["ratio‖比"] = design_mse / as_pca
table.round(4)

# %%
wide = designs["784-256-128-64-2, SiLU"]
drawings = {name: latent.reconstruct(net, examples) for name, net in designs.items()}
plots.compare_rows({"input‖入力": examples} | drawings, "Ten test pictures, by four designs‖4つの設計による再構成")

# %% [markdown] lang="en"
# Compare each design with PCA *of as many numbers* (the last column: below 1 is better than PCA). 784-20 has no hidden
# layer, yet it is not linear: the sigmoid at its end is nonlinear, so it may beat the best linear method. And the SiLU
# design changes width, depth and activation at once, so we do not know which of them helped. Twenty numbers beat
# two as a rule; that says nothing about the network. (Nor does a smaller mean loss draw *every* picture better: on MNIST, look
# at the 1s in the row of 784-20.) But where *two* numbers do better than our first network's two, a
# part of the first error was the network's and not the number's.
#
# ## How many latents?
#
# **Predict:** draw, on paper, the test MSE against the number of latents, for PCA and for an autoencoder
# (784-256-latents). Do the two lines ever cross? (Four networks, about half a minute.)

# %% [markdown] lang="ja"
# それぞれの設計は、**同じ個数の**数を使うPCAと比べてください（表の最後の列が1より小さければ、PCAより良い値です）。784-20には中間層がありませんが、最後のシグモイドのために
# 線形ではなく、線形の最良の方法に勝つこともできます。また、SiLUの設計では幅、深さ、活性化関数を同時に変えたので、どれが効いたのかはわかりません。20個の数が2個に
# 勝つのはふつうのことで、ネットワークの良さを示すものではありません（平均の損失が小さくても、1枚1枚がよく描けるとは限りません。MNISTなら、784-20の行の1を見てください）。しかし、同じ**2個**のままで最初のネットワークより良くなったなら、
# 最初の誤差は、2個という数だけで決まっていたのではありません。一部はネットワークのせいでもあったのです。
#
# ## 潜在変数は何個必要か
#
# **予想：** 潜在変数の個数を横軸、テストMSEを縦軸として、PCAとオートエンコーダ（784-256-潜在変数）の線を紙に描いてみてください。
# 2本の線は、どこかで交わるでしょうか（4つのネットワークで30秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** They cross here: at 128 PCA is better. This is a matter of the short training: after 75 epochs, 30 latents reach 0.0030, PCA with 30 numbers 0.0177 (benchmarks/RESULTS.md).

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** ここでは交わり、128個ではPCAのほうが良くなります。学習が短いためです。75エポック学習させると、30個の潜在変数で0.0030となります。30個のPCAは0.0177です（benchmarks/RESULTS.md）。

# %%
sizes = [2, 8, 32, 128 if many else 48]  # 8x8 digits vary in at most 64 directions‖8x8の数字の自由度は64以下
nets = [models.Autoencoder((784, 256, size), hidden=nn.SiLU) for size in sizes]
network_mse = [training.fit(net, mnist, **short, progress=False).best["test_loss"] for net in nets]
pca_curve = [pca_mse(size) for size in sizes]
better = [size for size, ours, pcas in zip(sizes, network_mse, pca_curve) if pcas < ours]
print("numbers of latents with a smaller error of PCA:‖PCAのほうが誤差の小さい、潜在変数の数：", better)
plots.lines({"autoencoder (short training)‖オートエンコーダ（短い学習）": (sizes, network_mse),
             "PCA": (sizes, pca_curve)}, "Test MSE and number of latents‖潜在変数の数とテストMSE",
            "latents‖潜在変数の数", "test MSE‖テストMSE", xscale="log", yscale="log")

# %% [markdown] lang="en"
# With few numbers the nonlinear network has clearly the smaller error. With many, PCA catches up, and the printed sizes (if any) are those where
# it wins: with so many numbers PCA loses almost nothing, and its answer is computed exactly, while our network has only
# been trained for a moment. If the network's line even *rises* at the last size, more numbers cannot be the reason: a
# wider bottleneck can do all that a narrower one can. It has not been trained well enough, and this short run says nothing about
# the best such network. A loss without its baseline would have hidden this.
#
# ## Tied weights
#
# Encoder and decoder look like mirrors. Why not let them share one matrix? The decoder of a **tied** autoencoder uses
# the encoder's weight, transposed: $\hat{x} = \sigma(W^\top z + c)$, where $W$ (`weight`) and $b$ (`bias`) belong to the
# encoder $z = Wx + b$, $c$ (`out_bias`) is the decoder's own, and $\sigma$ is `torch.sigmoid`. Written out once, to
# read (`models.TiedAutoencoder` does the same for any number of layers):

# %% [markdown] lang="ja"
# 数が少ないうちは、非線形な変換のほうが明らかに誤差が小さくなります。数が増えるとPCAが追いついてきます。セルの出力に個数が表示されていれば、その個数
# ではPCAの勝ちです。これだけ個数が多ければPCAで失われる情報はわずかで、しかも線形の範囲での最適解を直接計算
# できます。こちらのネットワークは、まだ少し学習しただけ
# です。最後の個数でネットワークの線が**上がって**いても、数が増えたせいではありません。広いボトルネックなら、狭いボトルネックにできることはすべてできるはずです。学習が足りないのであり、この短い学習から、その設計の限界はわかりません。ベースラインなしに損失だけを見ていたら、このことには気づけません。
#
# ## 重みの共有
#
# エンコーダとデコーダは、鏡に映したような形をしています。それなら、1つの行列を共有してはどうでしょう。**重み共有**（tied
# weights）のオートエンコーダでは、デコーダがエンコーダの重みを転置して使います。$\hat{x} = \sigma(W^\top z + c)$ です。
# ここで $W$（`weight`）と $b$（`bias`）はエンコーダ $z = Wx + b$ のもので、$c$（`out_bias`）だけがデコーダのものです。$\sigma$ は
# `torch.sigmoid` です。一度、コードに書き下してみましょう（何層でも同じことをするのが `models.TiedAutoencoder` です）。

# %%
class Tied(nn.Module):
    """Encoder and decoder share one matrix.‖エンコーダとデコーダが1つの行列を共有する。"""

    def __init__(self, inputs=784, latents=20):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(latents, inputs))  # moved and saved with the model‖移動や保存の対象になる
        self.bias = nn.Parameter(torch.zeros(latents))
        self.out_bias = nn.Parameter(torch.zeros(inputs))
        nn.init.kaiming_uniform_(self.weight, a=5 ** 0.5)         # as nn.Linear does‖nn.Linearの既定と同じ

    def forward(self, x):                                         # [B, 784]
        z = nn.functional.linear(x, self.weight, self.bias)       # [B, 20]
        return torch.sigmoid(nn.functional.linear(z, self.weight.t(), self.out_bias))  # [B, 784]


print([(name, tuple(p.shape)) for name, p in Tied().named_parameters()])

# %% tags=["instructor"]
with torch.device("meta"):
    assert {name: tuple(p.shape) for name, p in Tied().named_parameters()} == {
        "weight": (20, 784), "bias": (20,), "out_bias": (784,)}

# %% [markdown] lang="en"
# Three arrays where the untied network has four. `.t()` looks at the same memory; a transposed *copy*, made once in
# `__init__`, would stay behind when the encoder learns or moves to a GPU. (`a=5 ** 0.5` gives the uniform range
# $-1/\sqrt{\text{inputs}}$ to $1/\sqrt{\text{inputs}}$ of `nn.Linear`; it is not "He initialisation".) **Predict:**
# half the weights: twice the loss? Write the factor for 784-20. (Here, too, we train for half as many epochs, so the values differ from the table above;
# half a minute.)

# %% [markdown] lang="ja"
# 共有しない場合は4つある配列が、3つで済みます。`.t()` は同じメモリを見ているだけです。もし `__init__` の中で転置したコピーを作って
# おくと、エンコーダが学習したりGPUに移ったりしたときに取り残されてしまいます（`a=5 ** 0.5` は `nn.Linear` と同じ、
# $-1/\sqrt{\text{入力数}}$ から $1/\sqrt{\text{入力数}}$ までの一様分布で初期化するもので、「Heの初期化」ではありません）。
#
# **予想：** 重みが半分になると、損失は2倍になるでしょうか。784-20について、倍率を書いてください（ここでもエポック数は半分なので、前の表とは値が違います。30秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** About 1.1 times for 784-20 (0.0185 against 0.0169), hardly more for the deep network. One run of each: no law.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 784-20では約1.1倍です（0.0185と0.0169）。深いネットワークでも、わずかに増えるだけです。それぞれ1回ずつの結果なので、法則とはいえません。

# %%
guess = ...  # tied loss / untied loss?‖損失は何倍になりますか（共有あり／共有なし）

# %%
tied_rows = []
for widths in ((784, 20), (784, 128, 32, 2)):
    for kind in (models.Autoencoder, models.TiedAutoencoder):
        net = kind(widths)
        run = training.fit(net, mnist, **short, progress=False)
        sizes_of = [p.numel() for p in net.parameters()]
        tied_rows.append([f"{kind.__name__} {widths}", len(sizes_of), sum(sizes_of),
                          run.best["test_loss"]])
lesson.compare(guess, tied_rows[1][-1] / tied_rows[0][-1], near=0.1)  # 784-20
print(f"two seeds differed by {abs(test_mse - other_mse):.4f}‖乱数の種による差：{abs(test_mse - other_mse):.4f}")
pd.DataFrame(tied_rows, columns=["network‖ネットワーク", "arrays‖配列の数", "parameters‖パラメータ数",
                                 "test MSE‖テストMSE"]).set_index("network‖ネットワーク").round(4)

# %% [markdown] lang="en"
# Half the weights do not mean twice the loss. Which of each pair won, and by clearly more than two seeds differ? (That
# gap is the first network's, trained twice as long: a rough yardstick.) Look at your own table before you believe a rule.
#
# ## With skorch
#
# `skorch` wraps a PyTorch module so that it works like a scikit-learn model: `fit`, `predict`, grid search. Its loop
# differs from ours: here at most 20,000 pictures, Adam, and a fifth kept for validation. So compare with the baselines before
# you believe the number. (About ten seconds.)

# %% [markdown] lang="ja"
# 重みがおよそ半分になっても、損失は2倍にはなりません。それぞれの組でどちらが勝ったか、その差は乱数の種による差よりはっきり
# 大きいかを、自分の表で確かめてください（乱数の種による差は、2倍のエポック学習した最初のネットワークのもので、目安にすぎません）。1回の結果から、一般的な法則だと決めつけないようにしましょう。
#
# ## skorchを使う
#
# `skorch` でPyTorchのモジュールを包むと、scikit-learnのモデルと同じように `fit`、`predict`、グリッドサーチが使えます。ただし
# 学習のしかたは、これまでとは違います。ここでは最大20,000枚の画像とAdamを使い、5分の1を検証用に分けます。ですから、得られた値は、
# 平均画像やPCAと比べてから判断してください（10秒ほどかかります）。

# %%
from skorch import NeuralNetRegressor

torch.manual_seed(0)
net = NeuralNetRegressor(models.Autoencoder, module__widths=(784, 128, 32, 2), criterion=nn.MSELoss,
                         optimizer=torch.optim.Adam, lr=3e-3, batch_size=64, max_epochs=5,
                         verbose=0)
pictures = mnist.train.images[:20_000]
net.fit(pictures, pictures)  # the target is the input itself‖目標は入力そのもの
drawn = torch.from_numpy(net.predict(mnist.test.images))
skorch_mse = (drawn - mnist.test.images).square().mean()
print(f"test MSE: skorch {skorch_mse:.4f}, PCA {pca_mse(2):.4f}, mean image {mean_mse:.4f}‖テストMSE：skorch {skorch_mse:.4f}、PCA {pca_mse(2):.4f}、平均画像 {mean_mse:.4f}")

# %% [markdown] lang="en"
# ## Now you
#
# Three small exercises. Replace the line `raise NotImplementedError` with your code, run the cell, then run the check
# below it. A check that fails says in words what it found.
#
# **Exercise 2.1 (5 minutes).** How many parameters (weights and biases) has an autoencoder whose encoder has given
# widths, say [784, 50], decoder included? Guess first for 784-50: nearer to 40,000, 80,000 or 160,000?
#
# <details><summary>Hint 1</summary>A linear layer from <i>a</i> to <i>b</i> numbers has a matrix and a vector.</details>
# <details><summary>Hint 2</summary>The matrix has a·b entries, the vector b. The decoder has the same pairs, swapped.</details>
# <details><summary>Hint 3</summary>Loop over zip(widths, widths[1:]); for each pair (a, b) add a·b + b for the encoder
# and b·a + a for the decoder.</details>

# %% [markdown] lang="ja"
# ## やってみよう
#
# 小さな演習を3つ用意しました。`raise NotImplementedError` の行を自分のコードに書き換えて実行し、続いてその下の確認セルを
# 実行してください。正しくないときは、何がまずいのかを言葉で教えてくれます。
#
# **演習2.1（5分）** エンコーダの層の幅が与えられたとき、オートエンコーダのパラメータ（重みとバイアス）は、デコーダも含めていくつ
# あるでしょうか。まず 784-50 の場合を予想してください。40,000、80,000、160,000のどれに近いでしょう。
#
# <details><summary>ヒント1</summary><i>a</i> 個の数から <i>b</i> 個の数への線形層は、行列とベクトルを1つずつもちます。</details>
# <details><summary>ヒント2</summary>行列の要素は a·b 個、ベクトルは b 個です。デコーダには、同じ組が逆向きに並びます。</details>
# <details><summary>ヒント3</summary>zip(widths, widths[1:]) で組 (a, b) を順に取り出し、エンコーダの分として a·b + b、
# デコーダの分として b·a + a を足していきます。</details>

# %% exercise="2.1"
def count_parameters(widths):
    """Return the number of weights and biases of an autoencoder, a whole number.

    widths: a list of the encoder's widths, from the input to the latent, say [784, 50].
    ‖オートエンコーダの重みとバイアスの総数（整数）を返します。

    widths：エンコーダの幅のリスト。入力から潜在変数まで、例：[784, 50]。
    """
    # BEGIN SOLUTION
    pairs = list(zip(widths, widths[1:]))
    return sum(a * b + b for a, b in pairs) + sum(b * a + a for a, b in pairs)
    # END SOLUTION


# %%
result = checks.exercise_2_1(count_parameters)
print(result)
if result.passed:
    true_value = sum(p.numel() for p in models.Autoencoder((784, 50)).parameters())
    print(f"784-50: your value {count_parameters([784, 50]):,}, true value {true_value:,}‖784-50：あなたの値 {count_parameters([784, 50]):,}、正しい値 {true_value:,}")

# %% tags=["instructor"]
assert checks.exercise_2_1(count_parameters).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 2.1.** 784-50 has 784·50 + 50 + 50·784 + 784 = 79,234, nearest to 80,000. Typical slips: no biases, no decoder, twice the encoder (the decoder has other biases).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（2.1）** 784-50では 784·50 + 50 + 50·784 + 784 = 79,234 で、80,000が最も近い値です。よくある誤り：バイアスを忘れる、デコーダを忘れる、エンコーダの数を2倍する（デコーダではバイアスの数が違います）。

# %% [markdown] lang="en"
# **Exercise 2.2 (5 minutes).** Two networks learned on pixels stretched to [-1, 1]: one ends in tanh, the other is linear
# and may overshoot. Write the way back to [0, 1] for both. Guess first: what becomes of 0?
#
# <details><summary>Hint 1</summary>The way there was x' = 2x - 1.</details>
# <details><summary>Hint 2</summary>Solve for x. Then nothing may lie below 0 or above 1.</details>
# <details><summary>Hint 3</summary>Add 1, halve, and end with .clamp(0, 1).</details>

# %% [markdown] lang="ja"
# **演習2.2（5分）** [-1, 1] に変換した画素で学習した2つのネットワークがあります。1つは最後がtanh、もう1つは線形で、範囲をはみ出す
# ことがあります。どちらの出力も [0, 1] に戻す関数を書いてください。まず予想：0は何になるでしょう。
#
# <details><summary>ヒント1</summary>行きは x' = 2x - 1 でした。</details>
# <details><summary>ヒント2</summary>x について解きます。そのうえで、0より小さい値や1より大きい値が残らないようにします。</details>
# <details><summary>ヒント3</summary>1を足し、2で割り、最後に .clamp(0, 1) とします。</details>

# %% exercise="2.2"
def to_pixels(signed):
    """Return pixels in [0, 1], a tensor [..., H, W], whatever the network drew.

    signed: a tensor [..., H, W] of pixels meant for [-1, 1]; some may lie outside.
    ‖どんな出力に対しても [0, 1] の画素を返します。形は [..., H, W] のテンソルです。

    signed：[-1, 1] のつもりの画素のテンソル [..., H, W]。はみ出した値もあります。
    """
    # BEGIN SOLUTION
    return ((signed + 1) / 2).clamp(0, 1)
    # END SOLUTION


# %%
result = checks.exercise_2_2(to_pixels)
print(result)
if result.passed:
    print("-1.2, -1, 0, 1 ->", to_pixels(torch.tensor([-1.2, -1, 0, 1])))

# %% tags=["instructor"]
assert checks.exercise_2_2(to_pixels).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 2.2.** 0 becomes 0.5, a middle grey. Typical slips: no clamp, clamping before the shift, undoing only one of the two steps.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（2.2）** 0は0.5（中間の灰色）になります。よくある誤り：範囲に収めない、戻す前に範囲に収める、2つの操作の片方しか戻さない。

# %% [markdown] lang="en"
# **Exercise 2.3 (10 minutes).** Which test pictures does the SiLU network draw worst? Write the error of *each* picture: the
# mean over its pixels of the squared difference. Guess first: which digit will lead the list, and will it be ugly, or
# merely rare?
#
# <details><summary>Hint 1</summary>The input has shape [N, 1, H, W]; the answer has shape [N].</details>
# <details><summary>Hint 2</summary>Square the difference, then average over every axis but the first.</details>
# <details><summary>Hint 3</summary>(x - reconstruction).square() has shape [N, 1, H, W]; flatten(1) joins the axes that
# .mean(1) can then average.</details>

# %% [markdown] lang="ja"
# **演習2.3（10分）** SiLUのネットワークが最もうまく描けないテスト画像はどれでしょうか。**1枚ごと**の再構成誤差（その画像の
# 全画素で二乗誤差を平均した値）を計算してください。まず予想：上位にはどの数字が来るでしょう。それは汚い字でしょうか、単に
# 珍しい字でしょうか。
#
# <details><summary>ヒント1</summary>入力の形は [N, 1, H, W]、答えの形は [N] です。</details>
# <details><summary>ヒント2</summary>差を二乗し、最初の軸を除くすべての軸について平均します。</details>
# <details><summary>ヒント3</summary>(x - reconstruction).square() の形は [N, 1, H, W] です。flatten(1) で軸をまとめれば、
# .mean(1) で平均できます。</details>

# %% exercise="2.3"
def error_per_image(x, reconstruction):
    """Return the mean squared error of each picture, a tensor [N].

    x, reconstruction: tensors [N, 1, H, W].
    ‖画像ごとの平均二乗誤差を、テンソル [N] で返します。

    x、reconstruction：テンソル [N, 1, H, W]。
    """
    # BEGIN SOLUTION
    return (x - reconstruction).square().flatten(1).mean(1)
    # END SOLUTION


# %%
result = checks.exercise_2_3(error_per_image)
print(result)
drawn = latent.reconstruct(wide, mnist.test.images)
if result.passed:
    shown = error_per_image(mnist.test.images, drawn).topk(10).indices
    title = "The ten pictures with the largest error‖誤差の大きい10枚"
else:
    shown = range(10)
    title = "The first ten (the worst ten, once exercise 2.3 is solved)‖最初の10枚（2.3を解くと誤差の大きい10枚）"
plots.compare_rows({"input‖入力": mnist.test.images[shown], "reconstruction‖再構成": drawn[shown]}, title)

# %% tags=["instructor"]
assert checks.exercise_2_3(error_per_image).passed

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 2.3.** The printed row answers the guess. Point to the thick strokes: where one is missed, many pixels are wrong. Typical slips: one number for the whole batch, a sum instead of a mean, a mean over the pictures.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（2.3）** 予想の答えは、表示された行です。線の太さに注目させてください。太い線を描きそこなうと、多くの画素が誤差になります。よくある誤り：バッチ全体で1個の数にする、平均ではなく合計する、画像について平均する。

# %% [markdown] lang="en"
# Was your guess right? Look at the thickness of the strokes as well: where a heavy stroke is missed, many pixels are
# wrong. MSE measures pixels, not legibility.
#
# ## Things to try
#
# * Give the first network three latents, `(784, 128, 64, 12, 3)`. Guess the test MSE, then train.
# * Train the first network with `optimizer="adam"`. Guess: is the change in test MSE larger than between two seeds?
# * Mirror all test pictures top to bottom (`mnist.test.images.flip(2)`) and reconstruct them. Guess the test MSE: 1.5, 2 or
#   5 times as large?
#
# ## What we saw

# %% [markdown] lang="ja"
# 予想は当たりましたか。線の太さにも注目してください。太い線を描きそこなうと、多くの画素がはずれます。MSEが測るのは画素の値の
# ずれで、読みやすさではありません。
#
# ## さらに試してみよう
#
# * 最初のネットワークの潜在変数を3個（`(784, 128, 64, 12, 3)`）にしてみましょう。テストMSEを予想し、それから学習させてください。
# * 最初のネットワークを `optimizer="adam"` で学習させてみましょう。テストMSEの変化は、2つの乱数の種の差より大きいでしょうか。先に予想して
#   ください。
# * テスト画像をすべて上下に反転して（`mnist.test.images.flip(2)`）再構成してみましょう。テストMSEは1.5倍、2倍、5倍のどれに近くなるか、予想
#   してください。
#
# ## この回でわかったこと

# %%
kept = {"first network, 2 latents‖最初のネットワーク、潜在変数2個": test_mse,
        "wider network, 2 latents‖幅の広いネットワーク、潜在変数2個": runs["784-256-128-64-2, SiLU"].best["test_loss"],
        "PCA, 2 components‖2成分のPCA": pca_mse(2)}
print("share of the mean image's error that is removed‖平均画像の誤差のうち、取り除けた割合")
for name, mse in kept.items():
    print(f"{100 * (1 - mse / mean_mse):4.0f} %  {name}")

# %% [markdown] lang="en"
# * Two numbers remove the share printed above of the mean image's error; the shape that is drawn can sometimes be taken for
#   another digit. Two learned numbers beat PCA's two; with many numbers PCA catches up with our briefly trained network. A loss means something only
#   beside a baseline.
# * The scale decides what a loss means, the last layer which values can be drawn; too large a learning rate can kill a
#   network.
# * The map of the latent plane has order, but also holes, and another seed gives another map.
#
# More numbers drew better, but no sheet of paper shows twenty axes. Lesson 03 finds ways to look at them.

# %% [markdown] lang="ja"
# * 2個の数で、平均画像の誤差のうち、上に表示した割合を取り除けました。描かれた形は、ときには別の数字にも見えます。学習した2個の数はPCAの2個に勝ちますが、個数を増やすと、少ししか学習
#   していないネットワークにPCAが追いついてきます。損失は、ベースラインと比べて初めて意味をもちます。
# * 尺度は損失の意味を決め、最後の層は描ける値の範囲を決めます。学習率が大きすぎると、ReLUが死んで学習が進ま
#   なくなることがあります。
# * 潜在平面の地図には秩序がありますが、穴もあります。そして乱数の種を変えると、別の地図になります。
#
# 数を増やせばよりよく描けますが、紙の上には20本もの軸は描けません。第3回では、2個より多い潜在変数を図にして
# 見る方法を学びます。
