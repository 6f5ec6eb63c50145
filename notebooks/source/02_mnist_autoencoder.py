# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 2. 784 numbers through a gate of 2
#
# A handwritten digit in our data is 28 × 28 = 784 numbers. **How much of a digit survives if only two numbers may
# pass?** Two coordinates on a sheet of paper, and from them a machine must draw the whole digit again.
#
# **After this lesson you can** turn pictures into vectors and back, build and train an autoencoder, choose its last
# layer, read its loss curves, keep its best weights, draw its map of all digits, and say honestly where it beats
# principal component analysis (PCA) and where it does not.
#
# **Time:** about 90 minutes of reading and trying; the computer needs one to three minutes of that.
# **You need:** the training loop of lesson 01, and what a matrix times a vector is.

# %% [markdown] lang="ja"
# # 2. 784個の数を、2個の関門に通す
#
# 手書き数字の画像1枚は、28 × 28 = 784個の数でできています。**通してよい数がたった2個だけだとしたら、数字の形はどこまで
# 残るでしょうか。** 紙の上の1点を表す2つの座標だけを渡して、機械に数字全体を描き直してもらいます。
#
# **この回でできるようになること：** 画像をベクトルに直し、また画像に戻す。オートエンコーダ（自己符号化器）を組み立てて
# 学習させる。最後の層を選ぶ。損失曲線を読む。最もよい重みを残す。すべての数字の「地図」を描く。そして、主成分分析（PCA）
# に勝てるところと勝てないところを、正直に述べる。
#
# **時間：** 読んで試して約90分です。そのうち計算にかかるのは1〜3分です。
# **前提：** 第1回の学習ループと、行列とベクトルの積。

# %%
import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from sklearn.decomposition import PCA
from torch import nn

from aecourse import checks, images, latent, lesson, models, plots, training, widgets

device = lesson.start()

# %%
lesson.show_figure("autoencoder")

# %% [markdown] lang="en"
# An **autoencoder** is a network that is asked for its own input. The left half, the **encoder**, squeezes the
# picture into a few numbers: the **latent** $z$. The right half, the **decoder**, must draw the picture again from
# $z$ alone. Nobody tells the network which digit it sees. It learns only because the gate in the middle is too
# narrow for copying.
#
# ## The pictures
#
# MNIST (LeCun, Cortes, Burges 1998; CC BY-SA 3.0) has 60,000 training and 10,000 test pictures. Without MNIST and
# without a network, the course uses 1,797 real 8×8 digits that come with scikit-learn (UCI; Alpaydin, Kaynak 1998;
# CC BY 4.0), enlarged to 28×28. The next cell says which of the two you have. Everything below is true for both; only
# the numbers differ.

# %% [markdown] lang="ja"
# **オートエンコーダ**とは、入力そのものを答えとして求められるネットワークです。左半分の**エンコーダ**は、画像を少数の数、
# すなわち**潜在変数** $z$ に押し縮めます。右半分の**デコーダ**は、$z$ だけを頼りに画像を描き直します。どの数字が写って
# いるのかは、誰も教えません。中央の関門が狭くて丸写しができないからこそ、学習が起こります。
#
# ## 画像を見る
#
# MNIST（LeCun, Cortes, Burges 1998、CC BY-SA 3.0）は、訓練用60,000枚とテスト用10,000枚の画像からなります。MNISTも
# ネットワーク接続もない場合には、scikit-learnに付属する8×8の手書き数字1,797枚（UCI、Alpaydin, Kaynak 1998、CC BY 4.0）を
# 28×28に拡大して使います。どちらが使われるかは、次のセルが教えてくれます。以下の説明はどちらでも成り立ちます。変わるのは
# 数値だけです。

# %%
mnist = images.load_images("mnist")
print(mnist)

# %%
first_of_each = [int((mnist.train.labels == digit).nonzero()[0]) for digit in range(10)]
plots.show_images(mnist.train.images[first_of_each], title="One picture of each digit", width=7)

# %%
plots.show_images(mnist.train.images[:40], title="The first forty: no two hands write alike", width=7)

# %% [markdown] lang="en"
# Each pixel is a number from 0 (black) to 1 (white). The files hold bytes from 0 to 255, so the loader divides by
# 255; dividing by 256, a common slip, would leave no pixel truly white.
#
# ## From square to row and back
#
# PyTorch keeps a batch of pictures as `[B, C, H, W]`: batch, channel, height, width. A linear layer wants
# `[B, C*H*W]`: one row of numbers a picture. Three ways lead there, and all give the same numbers.

# %% [markdown] lang="ja"
# 画素の値は0（黒）から1（白）までです。ファイルには0から255までのバイトで入っているので、読み込むときに255で割ります。
# 256で割るまちがいをよく見かけますが、それでは真っ白な画素が1つもなくなってしまいます。
#
# ## 正方形から1列へ、そしてまた正方形へ
#
# PyTorchは、画像のミニバッチを `[B, C, H, W]`（枚数、チャンネル、高さ、幅）の形でもちます。一方、線形層が受け取るのは
# `[B, C*H*W]`、つまり1枚につき1列に並べた数です。並べ直す方法は3つあり、どれも同じ結果になります。

# %% tags=["nbval-check-output"]
x = mnist.train.images[:5]           # [B, C, H, W]
print(x.shape)
print(x.flatten(1).shape)            # keep axis 0 (the batch), join the rest
print(x.view(5, 784).shape)          # view: same memory, other shape; the sizes must be known
print(x.reshape(5, -1).shape)        # reshape: like view, copies where it must; -1 means "the rest"
print(torch.equal(x.flatten(1), x.reshape(5, -1)))

# %%
lesson.show_figure("flatten")

# %% [markdown] lang="en"
# Inside a network these two are *layers*: `nn.Flatten` and `nn.Unflatten`. Why not simply write the function into
# `nn.Sequential`? **Predict:** what will the next cell say?

# %% [markdown] lang="ja"
# ネットワークの中では、この2つを「層」として書きます。`nn.Flatten` と `nn.Unflatten` です。では、関数をそのまま
# `nn.Sequential` に入れてはいけないのでしょうか。**予想：** 次のセルは何と言うでしょう。

# %% tags=["nbval-check-output"]
try:
    nn.Sequential(torch.flatten, nn.Linear(784, 2))
except TypeError as error:
    print("TypeError:", error)

# %% [markdown] lang="en"
# `nn.Sequential` takes only **modules**. A module can hold parameters, move to a GPU, and be saved; a bare function
# can do none of that. When you need a function as a layer, wrap it. `extra_repr` is what the printed model says about
# your layer.

# %% [markdown] lang="ja"
# `nn.Sequential` が受け取るのは**モジュール**だけです。モジュールはパラメータをもち、GPUに移せて、保存もできます。ただの
# 関数にはそのどれもできません。関数を層として使いたいときは、次のようにモジュールで包みます。`extra_repr` は、モデルを表示
# したときに、その層について何を書くかを決めるメソッドです。

# %% tags=["nbval-check-output"]
class Scale(nn.Module):
    """Multiply by a fixed number: a function dressed as a layer."""

    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor

    def extra_repr(self):
        return f"factor={self.factor}"


print(nn.Sequential(Scale(2.0), nn.Flatten(), nn.Linear(784, 2), nn.Unflatten(1, (1, 2))))

# %% [markdown] lang="en"
# ## The network: 784-128-64-12-2 and the mirrored way back
#
# Read the printed model from top to bottom and say the shape after each layer aloud.

# %% [markdown] lang="ja"
# ## ネットワーク：784-128-64-12-2、そして逆の順に戻る
#
# 表示されたモデルを上から読み、各層を通ったあとの形を声に出して言ってみてください。

# %% tags=["nbval-check-output"]
encoder = nn.Sequential(
    nn.Flatten(),                      # [B, 1, 28, 28] -> [B, 784]
    nn.Linear(784, 128), nn.ReLU(),    # -> [B, 128]
    nn.Linear(128, 64), nn.ReLU(),     # -> [B, 64]
    nn.Linear(64, 12), nn.ReLU(),      # -> [B, 12]
    nn.Linear(12, 2))                  # -> [B, 2]: the latent, with no activation, so that it may go anywhere
print(encoder(x).shape)
print(f"{sum(p.numel() for p in encoder.parameters()):,} parameters in the encoder")

# %% [markdown] lang="en"
# The decoder is the same list backwards, with a sigmoid at its end so that every pixel lies in [0, 1]. The course's
# `models.Autoencoder` builds both halves from one list of widths. This is all of it:

# %% [markdown] lang="ja"
# デコーダは、同じ並びを逆にたどります。最後にシグモイドを置いて、画素の値を [0, 1] に収めます。教材の `models.Autoencoder`
# は、幅の並びを1つ渡すだけで両方を組み立てます。中身はこれだけです。

# %%
lesson.show_source(models.Autoencoder.build, models.Autoencoder.encode, models.Autoencoder.decode,
                   models.Autoencoder.forward, models.Autoencoder.loss)

# %% [markdown] lang="en"
# ## Two opponents
#
# A loss of 0.04: is that good? A number means nothing alone. Two opponents need no network at all.
#
# * The **mean image**: answer every picture with the average of all training pictures. No information passes.
# * **PCA with 2 components**: the best that *linear* squeezing and drawing can do with two numbers.
#
# Our measure, here and in the whole lesson, is the **test MSE**: the squared error per pixel, averaged over all pixels
# of all test pictures, with pixels in [0, 1].
#
# $$\mathrm{MSE} = \frac{1}{N \cdot 784}\sum_{n=1}^{N}\sum_{i=1}^{784}\left(x_{ni} - \hat{x}_{ni}\right)^2$$
#
# $x_{ni}$ is pixel $i$ of picture $n$ (`x`), $\hat{x}_{ni}$ the same pixel in the reconstruction (`model(x)`).

# %% [markdown] lang="ja"
# ## 2人の対戦相手
#
# 損失が0.04だったとします。これはよい値でしょうか。数値は、それだけでは何も語りません。そこで、ネットワークを使わない相手を
# 2人用意します。
#
# * **平均画像**：どの画像に対しても、訓練画像すべての平均を答えます。情報は1つも通りません。
# * **2成分のPCA**：数2個を使って*線形に*縮め、線形に描き直す方法のうち、最良のものです。
#
# ものさしは、この回を通して**テストMSE**（平均二乗誤差）です。画素の値を [0, 1] として、画素ごとの二乗誤差を、すべての
# テスト画像のすべての画素について平均します。
#
# $$\mathrm{MSE} = \frac{1}{N \cdot 784}\sum_{n=1}^{N}\sum_{i=1}^{784}\left(x_{ni} - \hat{x}_{ni}\right)^2$$
#
# $x_{ni}$ は $n$ 枚目の画像の $i$ 番目の画素（コードでは `x`）、$\hat{x}_{ni}$ は再構成した画像の同じ画素（`model(x)`）です。

# %%
flat_train, flat_test = mnist.train.images.flatten(1), mnist.test.images.flatten(1)
mean_image = flat_train.mean(0)
mean_mse = float((flat_test - mean_image).square().mean())
pca = PCA(32, random_state=0).fit(flat_train.numpy())


def pca_mse(k):
    """Test MSE when k components pass."""
    code = (flat_test - mean_image) @ torch.tensor(pca.components_[:k]).T
    return float((flat_test - mean_image - code @ torch.tensor(pca.components_[:k])).square().mean())


print(f"mean image: {mean_mse:.4f}   PCA with 2 components: {pca_mse(2):.4f}   (test MSE)")

# %% [markdown] lang="en"
# PCA's two numbers remove only a part of the error. Whatever our network does must be judged against these two
# numbers, never against zero.
#
# ## Training
#
# The loop is the one you wrote in lesson 01. `training.fit` adds a progress bar, a validation set and the best
# weights; its heart is still four lines.

# %% [markdown] lang="ja"
# 2個の数によってPCAが取り除けた誤差は、ごく一部です。これからネットワークが出す値は、ゼロとではなく、この2つの値と比べて判断
# します。
#
# ## 学習
#
# ループは、第1回で書いたものと同じです。`training.fit` は、それに進捗表示と検証用データ、最良の重みの保存を加えただけで、
# 中心はやはり次の数行です。

# %%
lesson.show_source(training.train_step)

# %% [markdown] lang="en"
# The last 5,000 training pictures (a tenth of a small set) are kept apart: the **validation** set. Training never
# sees them. They decide which epoch was the best, so that the **test** set stays untouched until the end and can give
# an honest verdict.
#
# **Predict:** will two numbers and a bent (nonlinear) way beat PCA's two numbers? Where will the curve end, between
# the mean image and PCA, or below PCA? Watch the curve grow (about ten seconds).

# %% [markdown] lang="ja"
# 訓練画像のうち最後の5,000枚（小さいデータでは1割）は、**検証用**として分けておきます。学習には使いません。どのエポックが
# 最もよかったかは、検証用データで決めます。こうして**テスト用**データには最後まで触れずにおくので、公正な判定ができます。
#
# **予想：** 同じ2個の数でも、曲がった（非線形な）通り道なら、PCAに勝てるでしょうか。曲線は、平均画像とPCAの間で止まるで
# しょうか、それともPCAより下まで行くでしょうか。曲線が伸びていくようすを見てください（10秒ほどです）。

# %%
many = len(mnist.train) > 10_000
schedule = {"epochs": 6, "batch_size": 256} if many else {"epochs": 20, "batch_size": 64}
examples = mnist.test.images[:10]
frames = []


def film(history, model):
    """After every epoch, keep how the model now redraws ten test pictures."""
    frames.append(latent.reconstruct(model, examples))


Path("build").mkdir(exist_ok=True)
model = models.Autoencoder((784, 128, 64, 12, 2))
history = training.fit(model, mnist, **schedule, on_epoch=[plots.LiveCurve(), film],
                       checkpoint="build/02_best.safetensors")

# %% [markdown] lang="en"
# Read both axes. On the linear axis the curve seems to stop after a few epochs; the logarithmic axis shows that it is
# still falling. Dashed is the training loss, averaged *while* the weights moved; solid is validation, measured *after*
# the epoch. Early in training, validation may therefore lie below training. If validation rose while training fell,
# the network would be learning its training pictures by heart.

# %% [markdown] lang="ja"
# 2つの軸を見比べてください。線形の軸では数エポックで止まったように見えても、対数の軸で見るとまだ下がり続けています。破線は
# 訓練損失で、重みが動いている*途中*の平均です。実線は検証損失で、エポックの*終わり*に測っています。ですから、学習の初めに
# は検証損失のほうが低くなることもあります。もし訓練損失が下がるのに検証損失が上がっていったら、訓練画像を丸暗記しはじめた
# しるしです。

# %% tags=["nbval-check-output"]
print("best epoch is one of those trained:", 1 <= history.best_epoch <= schedule["epochs"])
print("test MSE below the mean image:", history.best["test_loss"] < mean_mse)
print("test MSE below PCA with 2 components:", history.best["test_loss"] < pca_mse(2))

# %% [markdown] lang="en"
# The history is a table. It can be saved, and read again next week without training anew.

# %% [markdown] lang="ja"
# 学習の記録は表になっています。保存しておけば、来週でも、学習し直さずに読み込めます。

# %%
history.save("build/02_history.csv")
again = training.History.load("build/02_history.csv")
again.table.tail(3).round(4)

# %% [markdown] lang="en"
# ## Early, middle, late
#
# **Predict:** what does the network learn first: a blob, a common digit, or the right digit?

# %% [markdown] lang="ja"
# ## 初め、中ごろ、終わり
#
# **予想：** ネットワークが最初に覚えるのは何でしょう。ぼんやりした塊でしょうか、よくある数字でしょうか、それとも正しい
# 数字でしょうか。

# %%
early, middle, late = frames[0], frames[len(frames) // 2], frames[-1]
plots.compare_rows({"input": examples, "first epoch": early, "half-way": middle, "last epoch": late},
                   "From blobs to digits")

# %% [markdown] lang="en"
# First the average blob, then "round" against "straight", then digits. Where two digits look alike, the
# reconstruction is a blur *between* them: with two numbers the network cannot say which, and the average of both costs
# least. Move the slider to see every epoch.

# %% [markdown] lang="ja"
# まず平均的な塊、次に「丸い」か「まっすぐ」かの区別、それから数字の形が現れます。形の似た数字どうしでは、再構成は*その中間の
# ぼけた形*になります。2個の数だけではどちらとも決めきれず、両方の平均を答えるのが、損失を最も小さくするからです。スライダー
# を動かすと、すべてのエポックを見られます。

# %%
widgets.frame_slider(frames, [f"epoch {epoch}" for epoch in history.table["epoch"]])

# %% [markdown] lang="en"
# ## Keep the best
#
# Each time the validation loss was the smallest so far, `fit` wrote the weights to `checkpoint=`, and at the end it
# put the best ones back into the model. Saved weights are plain numbers; they do not remember a device. A model
# trained on a GPU loads on a laptop.

# %% [markdown] lang="ja"
# ## いちばんよいものを残す
#
# `fit` は、検証損失がそれまでで最小になるたびに、重みを `checkpoint=` のファイルへ書き出し、最後に最良の重みをモデルへ戻し
# ます。保存した重みはただの数値であり、どの装置で学習したかには左右されません。GPUで学習したモデルも、ノートパソコンで
# 読み込めます。

# %% tags=["nbval-check-output"]
loaded = models.Autoencoder((784, 128, 64, 12, 2))                    # new, untrained, on the CPU
training.load_weights(loaded, "build/02_best.safetensors")            # written on whatever device trained it
print("loaded on:", next(loaded.parameters()).device)
print("same reconstructions:", torch.allclose(latent.reconstruct(loaded, examples),
                                              latent.reconstruct(model, examples), atol=1e-5))

# %% [markdown] lang="en"
# ## The last layer decides what can be drawn
#
# Before you may compare losses, the *scale* must agree. Many courses shift pixels from [0, 1] to [-1, 1], because
# tanh ends there: $x' = 2x - 1$. Every difference doubles, so every squared difference becomes four times as large.
# **Predict:** which of the four runs below will show the largest loss in its own scale, and which in pixels?

# %% [markdown] lang="ja"
# ## 何を描けるかは、最後の層が決める
#
# 損失を比べるには、*尺度*がそろっていなければなりません。tanhの出力範囲に合わせて、画素を [0, 1] から [-1, 1] に移す教材が
# 多くあります（$x' = 2x - 1$）。すると差はすべて2倍になり、二乗した差は4倍になります。**予想：** 次の4つの学習のうち、
# それぞれの尺度のままで損失が最も大きく見えるのはどれでしょう。画素の尺度 [0, 1] に直すとどうでしょうか。

# %%
def to_signed(split):
    """Pixels [0, 1] -> [-1, 1]."""
    return dataclasses.replace(split, images=2 * split.images - 1)


signed = dataclasses.replace(mnist, train=to_signed(mnist.train), test=to_signed(mnist.test))
short = schedule | {"epochs": schedule["epochs"] // 2}
rows = []
for output in ("sigmoid", "linear", "relu", "tanh"):
    data, scale = (signed, 4) if output == "tanh" else (mnist, 1)
    run = training.fit(models.Autoencoder((784, 128, 64, 12, 2), output=output), data, **short, progress=False)
    rows.append({"last activation": output, "test MSE, own scale": run.best["test_loss"],
                 "test MSE in [0, 1]": run.best["test_loss"] / scale})

# %%
pd.DataFrame(rows).set_index("last activation").round(4)

# %% [markdown] lang="en"
# Look at the tanh row: the first column is four times the second. "Smaller loss without the shift" is an illusion of
# scale. In one scale, the activations lie close together after this short run; what they differ in is *what they can
# draw*.
#
# | last activation | range | good for |
# |---|---|---|
# | sigmoid | 0 to 1 | pixels in [0, 1] |
# | tanh | -1 to 1 | pixels in [-1, 1]; undo the shift before you look |
# | linear | everything | any data; clamp before you look |
# | ReLU | 0 and up | a pixel whose ReLU is shut gets no gradient: see below |
#
# A fifth choice is to leave the sigmoid out and call the outputs **logits**. The sigmoid then hides inside the loss,
# where it can be computed without rounding to exactly 1. Lesson 04 needs this; here is why.

# %% [markdown] lang="ja"
# tanhの行を見てください。左の列は、右の列のちょうど4倍です。「画素を移さないほうが損失が小さい」というのは、尺度の違いが
# 生む錯覚です。尺度をそろえると、この短い学習では大きな差はありません。違うのは、*何を描けるか*です。
#
# | 最後の活性化関数 | 範囲 | 向いているもの |
# |---|---|---|
# | シグモイド | 0から1 | [0, 1] の画素 |
# | tanh | -1から1 | [-1, 1] の画素。見る前にもとの範囲へ戻す |
# | なし（線形） | すべての値 | どんなデータでも。見る前に範囲内に収める（clamp） |
# | ReLU | 0以上 | 閉じてしまった画素には勾配が届かない（後述） |
#
# 5つめの選択肢は、シグモイドを付けず、出力を**ロジット**と呼ぶことです。シグモイドは損失関数の中に入り、1にちょうど丸められる
# ことなく計算できます。第4回で必要になりますが、理由だけ先に見ておきましょう。

# %% tags=["nbval-check-output"]
logit, target = torch.tensor([20.0]), torch.tensor([0.0])     # "almost surely white", but the pixel is black
print("sigmoid first, then the logarithm:", -torch.log(1 - torch.sigmoid(logit)).item())
print("both at once, from the logit:     ",
      nn.functional.binary_cross_entropy_with_logits(logit, target).item())

# %% [markdown] lang="en"
# **A mistake on purpose: no clamp.** To become a PNG file, pixels become bytes, 0 to 255. A linear output may say
# -0.02 for black. As a byte that is not 0 but wraps round to 251: nearly white.

# %% [markdown] lang="ja"
# **わざとまちがえてみる：範囲に収めない。** PNGファイルにするとき、画素は0から255のバイトになります。線形の出力は、黒を
# -0.02と答えることがあります。これをバイトに直すと、0にはならず、ひと回りして251、つまりほとんど白になります。

# %%
linear = models.Autoencoder((784, 128, 64, 12, 2), output="linear")
training.fit(linear, mnist, **short, progress=False)
drawn = latent.reconstruct(linear, examples)
wrapped = (drawn * 255).int().to(torch.uint8).float() / 255            # what a file without clamp would show
plots.compare_rows({"input": examples, "no clamp": wrapped, "with clamp": drawn.clamp(0, 1)},
                   "White-out: a little below black becomes white")

# %% [markdown] lang="en"
# **A second mistake on purpose: the dead ReLU.** The same network with ReLU as its last activation and a learning rate
# thirty times too large. **Predict:** slow, or hopeless?

# %% [markdown] lang="ja"
# **わざとまちがえてみる、その2：死んだReLU。** 同じネットワークの最後をReLUにして、学習率を30倍以上大きくしてみます。
# **予想：** 学習が遅くなるだけでしょうか、それとも望みがなくなるでしょうか。

# %%
dead = models.Autoencoder((784, 128, 64, 12, 2), output="relu")
run = training.fit(dead, mnist, epochs=3, optimizer="adam", lr=0.1, progress=False)
drawn = latent.reconstruct(dead, mnist.test.images)
print(f"test MSE: {run.best['test_loss']:.4f}   mean image: {mean_mse:.4f}")
print(f"pixels that are black in every reconstruction: {100 * (drawn == 0).all(0).float().mean():.0f} %")
plots.compare_rows({"input": examples, "dead ReLU": drawn[:10]}, "Nothing comes back from a dead ReLU")

# %% tags=["nbval-check-output"]
print("dead run worse than the mean image:", run.best["test_loss"] > mean_mse)

# %% [markdown] lang="en"
# Worse than answering with the average, and more training cannot help. One huge step made the sums in front of the
# ReLU negative for every picture. There ReLU is 0, its slope is 0, and no gradient arrives to lead it back. If your
# own network draws one and the same thing for every input, think of this picture first.
#
# ## The plane
#
# Two latents are two coordinates. Every test picture has a place; `latent.embed` gives it.

# %% [markdown] lang="ja"
# 平均画像を答えるよりも悪く、学習を続けても直りません。大きすぎる一歩のせいで、ReLUに入る和がどの画像でも負になったのです。
# そこではReLUの値も傾きも0なので、引き戻してくれる勾配が届きません。自分のネットワークがどの入力にも同じ絵を返すようになったら、
# まずこの図を思い出してください。
#
# ## 潜在平面
#
# 潜在変数が2個なら、それは平面の座標です。テスト画像の1枚1枚に場所があります。`latent.embed` がその座標を返します。

# %%
z_test = latent.embed(model, mnist.test.images)
print("z:", z_test.shape, " from", z_test.min(0).round(1), "to", z_test.max(0).round(1))
plots.latent_plane(z_test, mnist.test.labels, "Test pictures in the latent plane: same colour, same digit")

# %% [markdown] lang="en"
# Remember: the network never saw a label. The colours are ours, added afterwards, and still equal colours lie
# together, because equal digits are cheap to draw from neighbouring places. Note the *range* as well: nothing tells
# the latent to stay near the origin or to use both axes alike. Below, the same plane with the pictures themselves.

# %% [markdown] lang="ja"
# ネットワークはラベルを一度も見ていません。色は、あとから私たちが付けたものです。それでも同じ色が集まるのは、同じ数字が近くに
# あるほうが、描き直すのに都合がよいからです。座標の*範囲*にも注目してください。原点の近くに集まれとも、2つの軸を同じように
# 使えとも、誰も指示していません。次の図は、同じ平面に画像そのものを置いたものです。

# %%
plots.latent_glyphs(z_test[:4000], mnist.test.images[:4000], "The same plane, each picture at its own place")

# %% [markdown] lang="en"
# ### Two seeds, two maps
#
# **Predict:** train the same network again with other random first weights. Will the map be the same?

# %% [markdown] lang="ja"
# ### 乱数の種が2つなら、地図も2つ
#
# **予想：** 重みの初期値だけを変えて、同じネットワークをもう一度学習させます。地図は同じになるでしょうか。

# %%
other = models.Autoencoder((784, 128, 64, 12, 2), seed=1)
other_history = training.fit(other, mnist, **schedule, seed=1, progress=False)
print(f"test MSE, seed 0: {history.best['test_loss']:.4f}   seed 1: {other_history.best['test_loss']:.4f}")
plots.latent_planes({"seed 0": z_test, "seed 1": latent.embed(other, mnist.test.images)}, mnist.test.labels)

# %% [markdown] lang="en"
# The losses are near each other; the maps are not. Rotated, mirrored, stretched, neighbours exchanged. So never read
# meaning into "latent 1" itself: only nearness within *one* map means something. And a loss difference smaller than
# the one between two seeds proves nothing.
#
# ### Crowded regions
#
# In the middle the colours overlap. Zoom in: is there still order, or only noise?

# %% [markdown] lang="ja"
# 損失は近い値なのに、地図は似ていません。回転し、裏返り、引き伸ばされ、隣どうしも入れ替わります。ですから「潜在変数1」そのもの
# に意味を読み取ってはいけません。意味があるのは、*1枚の*地図の中での近さだけです。また、種の違いによる差より小さな損失の差から
# は、何も言えません。
#
# ### 混み合った場所
#
# 中央では色が重なっています。拡大してみましょう。そこにもまだ秩序があるでしょうか、それとも雑然としているだけでしょうか。

# %%
centre = np.quantile(z_test, [0.3, 0.7], axis=0).T       # from the 30 % to the 70 % point on each axis
plots.latent_plane(z_test, mnist.test.labels, "The crowded middle, enlarged", limits=centre)

# %% [markdown] lang="en"
# The eye is a poor judge of overlapping dots. A number: **k-NN accuracy**. For each test picture, ask its ten nearest
# *training* neighbours in the plane for their digit and let them vote. Chance is about 0.1.

# %% [markdown] lang="ja"
# 点が重なっていると、目では判断できません。数で確かめます。**k近傍法の正解率**です。テスト画像ごとに、平面の上で最も近い*訓練*
# 画像10枚に数字をたずね、多数決をとります。当てずっぽうなら約0.1です。

# %%
def plane_accuracy(train_z, test_z):
    """k-NN accuracy of places in a plane."""
    return latent.neighbour_accuracy(train_z, mnist.train.labels, test_z, mnist.test.labels)


pca_train, pca_test = (pca.transform(flat.numpy())[:, :2] for flat in (flat_train, flat_test))
knn_ae = plane_accuracy(latent.embed(model, mnist.train.images), z_test)
knn_pca = plane_accuracy(pca_train, pca_test)
print(f"k-NN accuracy on 2 numbers: autoencoder {knn_ae:.3f}, PCA {knn_pca:.3f}")

# %% tags=["nbval-check-output"]
print("autoencoder's plane separates digits better than PCA's:", knn_ae > knn_pca)

# %% [markdown] lang="en"
# ### The holes
#
# If places decode to digits, we can *make* digits: choose a place, decode it. **Predict:** decode a regular grid of
# the plane. Will every place give a digit?

# %% [markdown] lang="ja"
# ### 穴
#
# 場所を復号すれば数字になるのなら、場所を選ぶだけで数字を*作れる*はずです。**予想：** 平面に格子を置き、格子点をすべて復号
# します。どの場所からも数字が出てくるでしょうか。

# %%
box = [(low - 0.2 * (high - low), high + 0.2 * (high - low)) for low, high in zip(z_test.min(0), z_test.max(0))]
grid = latent.decode_grid(model, box, steps=15)
plots.show_images(grid, 15, "The plane decoded: latent 1 to the right, latent 2 upwards", width=6)

# %%
around_origin = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))     # z ~ N(0, I)
plots.show_images(latent.decode(model, around_origin), 10, "40 random places around the origin", width=7)

# %% [markdown] lang="en"
# Some places give clean digits, many give smears between digits, and large regions repeat one shape: no training
# picture ever lay there, so nobody corrected the decoder. These are the **holes**. And we had to guess where to look:
# random points around the origin miss most of the map, because nothing ties the map to the origin. Lesson 04 fills
# the holes; that is what a *variational* autoencoder is for.
#
# ## A better gate
#
# Is two numbers the limit, or our network? Three other designs, same data, same judge: one hidden layer
# (784-128-32-2), a shallow one with twenty latents (784-20-784), and a wider one with smooth activations and the
# course's own training recipe. **Predict** the order of their test losses.

# %% [markdown] lang="ja"
# きれいな数字になる場所もありますが、数字と数字の間のにじんだ絵も多く、広い範囲が同じ形の繰り返しになっています。訓練画像が
# 一度もそこに来なかったので、デコーダの描く絵を誰も直さなかったのです。これが**穴**です。しかも、どこを探せばよいのかも推測
# するしかありませんでした。原点のまわりからランダムに選ぶと、地図の大部分を外してしまいます。地図を原点に結びつけるものが何もない
# からです。この穴は第4回で埋めます。そのための道具が*変分*オートエンコーダです。
#
# ## よりよい関門
#
# 限界だったのは「2個」という数でしょうか、それともネットワークのほうでしょうか。同じデータ、同じ審判で、別の設計を3つ試します。
# 中間層の少ない 784-128-32-2、潜在変数が20個の浅い 784-20-784、そして幅が広く滑らかな活性化関数をもち、教材の学習方法を使う
# ネットワークです。テスト損失の順番を**予想**してください。

# %%
designs = {
    "784-128-32-2": models.Autoencoder((784, 128, 32, 2)),
    "784-20 (shallow)": models.Autoencoder((784, 20)),
    "wide, smooth, 2": models.Autoencoder((784, 256, 128, 64, 2), hidden=nn.SiLU),
}
results = {name: training.fit(net, mnist, **schedule, progress=False) for name, net in designs.items()}
table = pd.DataFrame({name: {"latents": net.widths[-1], "parameters": sum(p.numel() for p in net.parameters()),
                             "seconds": results[name].seconds, "test MSE": results[name].best["test_loss"],
                             "PCA, as many numbers": pca_mse(net.widths[-1])} for name, net in designs.items()}).T
table.round(4)

# %%
plots.loss_curves({name: run.table for name, run in results.items()}, "Three designs")

# %%
wide = designs["wide, smooth, 2"]
plots.compare_rows({"input": examples, "784-128-64-12-2": latent.reconstruct(model, examples),
                    "wide, smooth, 2": latent.reconstruct(wide, examples),
                    "784-20 (shallow)": latent.reconstruct(designs["784-20 (shallow)"], examples)},
                   "Same two numbers, better use of them; twenty numbers below")

# %% [markdown] lang="en"
# Compare each design with PCA *of as many numbers*. Twenty numbers beat two easily, in any network; that says nothing
# about the network. The fair question is what each design makes of its own gate.
#
# ## How wide must the gate be?
#
# **Predict:** draw, on paper, the test MSE against the number of latents, for PCA and for an autoencoder. Do the two
# lines ever cross? (This cell trains six networks; half a minute on full MNIST.)

# %% [markdown] lang="ja"
# それぞれの設計は、*同じ個数の*数を使うPCAと比べてください。20個の数が2個に勝つのは、どんなネットワークでも当たり前で、
# ネットワークの良さを示すものではありません。公平な問いは、それぞれが自分の関門をどれだけ活かせたか、です。
#
# ## 関門の幅はどれだけ必要か
#
# **予想：** 潜在変数の個数を横軸、テストMSEを縦軸として、PCAとオートエンコーダの線を紙に描いてみてください。2本の線は
# どこかで交わるでしょうか（このセルは6つのネットワークを学習させます。MNIST全体では30秒ほどかかります）。

# %%
sizes = [1, 2, 4, 8, 16, 32]
network_mse = []
for size in sizes:
    net = models.Autoencoder((784, 256, 64, size), hidden=nn.SiLU)
    network_mse.append(training.fit(net, mnist, **short, progress=False).best["test_loss"])
plots.lines({"autoencoder (short training)": (sizes, network_mse), "PCA": (sizes, [pca_mse(k) for k in sizes]),
             "mean image": (sizes, [mean_mse] * len(sizes))},
            "Test MSE against the size of the gate", "latents", "test MSE", yscale="log")

# %% [markdown] lang="en"
# With few numbers the bent way wins clearly. The wider the gate, the better PCA does, and a network trained briefly
# may even lose to it: PCA's answer is exact, ours still on its way. A loss without its baseline would have hidden
# this.
#
# ## Tied weights
#
# Encoder and decoder look like mirrors. Why not let them share one matrix? The decoder of a **tied** autoencoder uses
# the encoder's weight, transposed: $\hat{x} = \sigma(W^\top z + c)$, where $W$ (`weight`) and $b$ (`bias`) belong to the
# encoder $z = Wx + b$ and $c$ (`out_bias`) is the decoder's own. Written out once:

# %% [markdown] lang="ja"
# 数が少ないうちは、曲がった通り道がはっきり勝ちます。関門が広くなるにつれてPCAも良くなり、短い学習しかしていないネットワークが
# 負けることさえあります。PCAの答えは厳密な最適解ですが、こちらはまだ途中だからです。比べる相手なしに損失だけを見ていたら、
# このことには気づけません。
#
# ## 重みの共有
#
# エンコーダとデコーダは、鏡に映したような形をしています。それなら、1つの行列を共有してはどうでしょう。**重み共有**（tied
# weights）のオートエンコーダでは、デコーダがエンコーダの重みを転置して使います。$\hat{x} = \sigma(W^\top z + c)$ です。
# ここで $W$（`weight`）と $b$（`bias`）はエンコーダ $z = Wx + b$ のもので、$c$（`out_bias`）だけがデコーダのものです。
# 一度、書き下してみましょう。

# %% tags=["nbval-check-output"]
class Tied(nn.Module):
    """One matrix, used in both directions."""

    def __init__(self, inputs=784, latents=20):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(latents, inputs))   # registered: .to(), saving, training follow
        self.bias = nn.Parameter(torch.zeros(latents))
        self.out_bias = nn.Parameter(torch.zeros(inputs))
        nn.init.kaiming_uniform_(self.weight, a=5 ** 0.5)          # nn.Linear's own default

    def forward(self, x):                                          # [B, 784]
        z = nn.functional.linear(x, self.weight, self.bias)        # [B, 20]
        return torch.sigmoid(nn.functional.linear(z, self.weight.t(), self.out_bias))   # [B, 784]


print([(name, tuple(p.shape)) for name, p in Tied().named_parameters()])

# %% [markdown] lang="en"
# Three arrays where the untied network has four. `.t()` looks at the same memory; a transposed *copy* would stay
# behind when the encoder learns or moves to a GPU. (`a=5 ** 0.5` gives the uniform range
# $\pm 1/\sqrt{\text{inputs}}$ of `nn.Linear`; it is not "He initialisation".) **Predict:** half the weights: half as
# good?

# %% [markdown] lang="ja"
# 共有しない場合は4つある配列が、3つで済みます。`.t()` は同じメモリを見ているだけです。もし転置した*コピー*を作ると、エンコーダが
# 学習したりGPUに移ったりしたときに取り残されてしまいます（`a=5 ** 0.5` は `nn.Linear` と同じ一様分布
# $\pm 1/\sqrt{\text{入力数}}$ を与えるもので、「Heの初期化」ではありません）。**予想：** 重みが半分になると、性能も半分に
# なるでしょうか。

# %%
pair = {"untied 784-20": models.Autoencoder((784, 20)), "tied 784-20": models.TiedAutoencoder((784, 20)),
        "untied 784-128-32-2": models.Autoencoder((784, 128, 32, 2)),
        "tied 784-128-32-2": models.TiedAutoencoder((784, 128, 32, 2))}
tied_rows = {name: {"arrays": len(list(net.parameters())), "parameters": sum(p.numel() for p in net.parameters()),
                    "test MSE": training.fit(net, mnist, **short, progress=False).best["test_loss"]}
             for name, net in pair.items()}
pd.DataFrame(tied_rows).T.round(4)

# %% [markdown] lang="en"
# Half the weights, and a loss of the same order; look which of each pair won on your data before you believe a rule.
#
# ## The same training in another dress: skorch
#
# `skorch` gives a PyTorch module the manners of scikit-learn: `fit`, `predict`, grid search. The mathematics does
# not change.

# %% [markdown] lang="ja"
# 重みは半分でも、損失はほぼ同じ程度です。「共有するとこうなる」という決まり文句を信じる前に、それぞれの組でどちらが勝ったかを、
# 自分のデータで確かめてください。
#
# ## 同じ学習を、別の書き方で：skorch
#
# `skorch` を使うと、PyTorchのモジュールをscikit-learnと同じ作法（`fit`、`predict`、グリッドサーチ）で扱えます。数学は何も
# 変わりません。

# %%
from skorch import NeuralNetRegressor

net = NeuralNetRegressor(models.Autoencoder, module__widths=(784, 128, 32, 2), criterion=nn.MSELoss,
                         optimizer=torch.optim.Adam, lr=1e-3, batch_size=schedule["batch_size"],
                         max_epochs=max(2, schedule["epochs"] // 4), verbose=0)
pictures = mnist.train.images[:20_000]
net.fit(pictures, pictures)                       # input and target are the same: an autoencoder
drawn = torch.from_numpy(net.predict(mnist.test.images))
print(f"test MSE: {(drawn - mnist.test.images).square().mean():.4f}")

# %% [markdown] lang="en"
# ## Now you
#
# Three small exercises. Replace the line `raise NotImplementedError` with your code, run the cell, then run the check
# below it. A check that fails says in words what it found.
#
# **Exercise 2.1 (5 minutes).** How many parameters (weights and biases) has an autoencoder of these widths, encoder and
# decoder together? Guess first for 784-20: nearer to 15,000, 30,000 or 60,000?
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
# **演習2.1（5分）** 層の幅が与えられたとき、オートエンコーダのパラメータ（重みとバイアス）は、エンコーダとデコーダを合わせて
# いくつあるでしょうか。まず 784-20 の場合を予想してください。15,000、30,000、60,000のどれに近いでしょう。
#
# <details><summary>ヒント1</summary><i>a</i> 個の数から <i>b</i> 個の数への線形層は、行列とベクトルを1つずつもちます。</details>
# <details><summary>ヒント2</summary>行列の要素は a·b 個、ベクトルは b 個です。デコーダには、同じ組が逆向きに並びます。</details>
# <details><summary>ヒント3</summary>zip(widths, widths[1:]) で組 (a, b) を順に取り出し、エンコーダの分として a·b + b、
# デコーダの分として b·a + a を足していきます。</details>

# %% exercise="2.1"
def count_parameters(widths):
    """Number of weights and biases of an autoencoder of these widths, for example [784, 20]."""
    # BEGIN SOLUTION
    pairs = list(zip(widths, widths[1:]))
    return sum(a * b + b for a, b in pairs) + sum(b * a + a for a, b in pairs)
    # END SOLUTION


# %%
result = checks.exercise_2_1(count_parameters)
print(result)
if result.passed:
    print(f"your value: {count_parameters([784, 20]):,}   "
          f"true value: {sum(p.numel() for p in models.Autoencoder((784, 20)).parameters()):,}")

# %% tags=["instructor"]
assert checks.exercise_2_1(count_parameters).passed

# %% [markdown] lang="en"
# **Exercise 2.2 (5 minutes).** A network with tanh at its end draws pixels in [-1, 1], and a linear one may overshoot.
# Write the way back to [0, 1]. Guess first: what happens to 0?
#
# <details><summary>Hint 1</summary>The way there was x' = 2x - 1.</details>
# <details><summary>Hint 2</summary>Solve for x. Then nothing may lie below 0 or above 1.</details>
# <details><summary>Hint 3</summary>Add 1, halve, and end with .clamp(0, 1).</details>

# %% [markdown] lang="ja"
# **演習2.2（5分）** 最後がtanhのネットワークは [-1, 1] の画素を描き、線形のネットワークは範囲をはみ出すことがあります。
# [0, 1] に戻す関数を書いてください。まず予想：0は何になるでしょう。
#
# <details><summary>ヒント1</summary>行きは x' = 2x - 1 でした。</details>
# <details><summary>ヒント2</summary>x について解きます。そのうえで、0より小さい値や1より大きい値が残らないようにします。</details>
# <details><summary>ヒント3</summary>1を足し、2で割り、最後に .clamp(0, 1) とします。</details>

# %% exercise="2.2"
def to_pixels(signed):
    """Pixels [..., H, W] meant for [-1, 1] -> pixels in [0, 1], whatever the network drew."""
    # BEGIN SOLUTION
    return ((signed + 1) / 2).clamp(0, 1)
    # END SOLUTION


# %%
print(checks.exercise_2_2(to_pixels))

# %% tags=["instructor"]
assert checks.exercise_2_2(to_pixels).passed

# %% [markdown] lang="en"
# **Exercise 2.3 (10 minutes).** Which test pictures does the network draw worst? Write the error of *each* picture: the
# mean over its pixels of the squared difference. Guess first: which digit will lead the list, and will it be ugly, or
# merely rare?
#
# <details><summary>Hint 1</summary>The input has shape [N, 1, H, W]; the answer has shape [N].</details>
# <details><summary>Hint 2</summary>Square the difference, then average over every axis but the first.</details>
# <details><summary>Hint 3</summary>(x - reconstruction).square() has shape [N, 1, H, W]; flatten(1) joins the axes that
# .mean(1) can then average.</details>

# %% [markdown] lang="ja"
# **演習2.3（10分）** ネットワークが描くのをいちばん苦手とするテスト画像はどれでしょうか。*1枚ごと*の誤差、つまりその画像の
# 画素についての二乗誤差の平均を計算してください。まず予想：上位にはどの数字が来るでしょう。それは汚い字でしょうか、単に
# 珍しい字でしょうか。
#
# <details><summary>ヒント1</summary>入力の形は [N, 1, H, W]、答えの形は [N] です。</details>
# <details><summary>ヒント2</summary>差を二乗し、最初の軸を除くすべての軸について平均します。</details>
# <details><summary>ヒント3</summary>(x - reconstruction).square() の形は [N, 1, H, W] です。flatten(1) で軸をまとめれば、
# .mean(1) で平均できます。</details>

# %% exercise="2.3"
def error_per_image(x, reconstruction):
    """Mean squared error of each picture: two tensors [N, 1, H, W] -> [N]."""
    # BEGIN SOLUTION
    return (x - reconstruction).square().flatten(1).mean(1)
    # END SOLUTION


# %%
result = checks.exercise_2_3(error_per_image)
print(result)
drawn = latent.reconstruct(wide, mnist.test.images)
worst = error_per_image(mnist.test.images, drawn).topk(10).indices if result.passed else torch.arange(10)
plots.compare_rows({"input": mnist.test.images[worst], "reconstruction": drawn[worst]},
                   "The ten worst" if result.passed else "Ten pictures (the ten worst, once exercise 2.3 is solved)")

# %% tags=["instructor"]
assert checks.exercise_2_3(error_per_image).passed

# %% [markdown] lang="en"
# ## Things to try
#
# * Give the gate three latents. Guess the test MSE from the curve above, then train.
# * Train with `optimizer="adam"` and the same number of epochs. Guess how much of the difference is the optimiser's.
# * Turn all test pictures upside down (`images.flip(2)`) and reconstruct them. Guess whether the error grows twofold,
#   or more.
#
# ## What we saw
#
# * Two numbers, chosen by a network, say more about a digit than PCA's two; a loss is only worth its comparison.
# * The scale, the last layer and the learning rate decide what a network can draw at all.
# * Its map has order, but also holes, and another seed gives another map.
#
# In lesson 03 we let more than two numbers pass, and need new eyes for spaces that no sheet of paper can hold.

# %% [markdown] lang="ja"
# ## さらに試してみよう
#
# * 関門を潜在変数3個にしてみましょう。上の曲線からテストMSEを予想し、それから学習させてください。
# * 同じエポック数のまま `optimizer="adam"` で学習させてみましょう。差のうちどれだけが最適化手法によるものか、予想してください。
# * テスト画像をすべて上下逆さまにして（`images.flip(2)`）再構成してみましょう。誤差は2倍程度か、それ以上か、予想してください。
#
# ## この回でわかったこと
#
# * ネットワークが選んだ2個の数は、PCAの2個の数よりも、数字の形を多く伝えます。ただし損失は、比べる相手があってこそ意味をもち
#   ます。
# * 尺度、最後の層、学習率によって、ネットワークがそもそも何を描けるかが決まります。
# * 潜在空間の地図には秩序がありますが、穴もあります。そして種を変えると、別の地図になります。
#
# 第3回では、通してよい数を2個より多くします。紙には描けない空間を見るための、新しい「目」が必要になります。
