# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 5. One digit of yours, and the machine writes the other nine
#
# In the interpolations of lesson 04 nobody could ask for *a 4 in this hand*. Now we ask. You write one digit, on a pad or on
# paper. **Can a network that has never seen your writing do the other nine as you would?**
#
# **After this lesson you can** give a variational autoencoder (VAE) a label and say what the label is worth, read its loss term by term, show
# that handwriting and label have been taken apart, treat a photograph as MNIST treated its pictures, and turn one digit of yours into ten,
# into a clock and into a font. At the end stands the assignment.
#
# **Time:** about 120 minutes of reading, drawing and trying; on two processor cores the computer needs about two minutes of that, and the
# cells that take long say so.
# **You need:** lesson 04 (VAE, KL, reparameterisation).

# %% [markdown] lang="ja"
# # 5. あなたの数字を1つ書けば、残りの9つは機械が書く
#
# 第4回の補間では、途中に何が現れるかを選べず、「**この筆跡で4を書いて**」とは頼めませんでした。今回は、それを頼みます。あなたは、画面か紙に数字を1つだけ書きます。
# **あなたの字を一度も見たことのないネットワークが、残りの9つを、あなたの筆跡で書けるでしょうか。**
#
# **この回でできるようになること：** 変分オートエンコーダ（VAE）にラベルを与え、それで何が得られるかを説明する。損失を項ごとに読む。筆跡とラベルが
# 分かれていることを数値で示す。写真を、MNISTの画像と同じように処理する。自分の数字1つから、10個の数字、時計、フォントを作る。最後に課題があります。
#
# **時間：** 読んで、書いて、試して約120分です。そのうち計算にかかるのは、2コアのパソコンで約2分です。時間のかかるセルには、その旨を書いてあります。
# **前提：** 第4回（VAE、KL、再パラメータ化）。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Aim: students can say what the label takes out of the latent, and hand in ten digits in their own hand with an honest judgement.
# Plan for 120 minutes: CVAE and its loss 30, choosing a hand and the two measurements 25, preparation and pad 20, refining, wrong labels and interpolation 20, font and clock 5, exercises 15, assignment explained 5 (done at home).
# Say that the model never saw two pictures by one writer: lean and pen come through, habits such as a crossed 7 do not. Students stumble over saving the drawing and running on from the cell that begins `picture, label =`.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** ねらい：ラベルを与えると潜在変数から何がなくなるのかを説明し、自分の筆跡で書いた10個の数字を、できばえを客観的に評価して提出できるようにします。
# 120分の配分：CVAEとその損失30分、筆跡選びと2つの測定25分、前処理とパッド20分、改良・まちがったラベル・補間20分、フォントと時計5分、演習15分、課題の説明5分（課題は宿題）。
# モデルは、同じ人の書いた画像を組にして見たことがありません。傾きと太さは現れますが、7に横線を入れるといった癖は現れないと伝えてください。つまずきやすいのは、書いた数字の保存と、`picture, label =` で始まるセルから下の再実行です。

# %%
import numpy as np
import pandas as pd
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.linear_model import LogisticRegression
from torch import nn

from aecourse import checks, handwriting, images, latent, lesson, models, paths, plots, submission, training
from aecourse.handwriting import clock, font, pad

device = lesson.start("en‖ja")

# %% [markdown] lang="en"
# First the promise. The 4 on the left is a sample, drawn by a program to look like a photograph and brought to 28 × 28. The ten on the right come from a
# model that ships with the course and has never seen it.

# %% [markdown] lang="ja"
# まず、目標を見てください。左端の4は、写真に見えるようにプログラムで描いた見本（教材に付属）を、28 × 28に整えたものです。右の10個は、付属のモデルが書きました。モデルはこの4を見たことがありません。

# %%
sample = paths.shipped("data", "sample_digit.png")
digit_of_sample = handwriting.prepare_digit(sample)                    # [1, 1, 28, 28]
ten = handwriting.write(handwriting.style_of(digit_of_sample, 4))      # [10, 1, 28, 28]
plots.show_images(torch.cat([digit_of_sample, ten]), 11, "A 4, and ten by the model‖4と、モデルが書いた10個", width=7)

# %% [markdown] lang="en"
# The same lean, a similar pen. The rest of this lesson says how, and then it is your turn.
#
# ## What a label is worth
#
# In lesson 04 the latent had to hold everything: *which* digit it is, and *how* it is written. Suppose we tell both halves of the network
# which digit it is. Then the latent need not carry that information.

# %% [markdown] lang="ja"
# 傾きは同じで、線の太さもよく似ています。この回では、その仕組みを説明します。そのあとは、あなたの番です。
#
# ## ラベルがあると何が得か
#
# 第4回の潜在変数は、**どの**数字か、**どう**書かれているか、その両方を持たなければなりませんでした。ネットワークの両側に、どの数字なのかを教えてしまえば、
# 潜在変数はその情報を持つ必要がなくなります。

# %%
lesson.show_figure("cvae")

# %% [markdown] lang="en"
# This is a **conditional VAE** (CVAE; Kingma and others 2014; Sohn and others 2015). A label goes in as a **one-hot** row: ten numbers, a 1 at
# the place of the digit, 0 elsewhere. Why not the number 4 itself? It would say that 4 lies between 3 and 5, and that 8 is twice as much.
#
# (Data: MNIST, LeCun, Cortes, Burges 1998, terms in lesson 02; without it, scikit-learn's small digits, Alpaydin, Kaynak 1998, CC BY 4.0.)

# %% [markdown] lang="ja"
# これを**条件付きVAE**（CVAE；Kingmaら 2014、Sohnら 2015）といいます。ラベルは**ワンホット**（one-hot）の行として入れます。10個の数のうち、その数字の場所だけが1で、
# ほかは0です。4という数をそのまま入れると、4は3と5の間、8はその2倍という意味になってしまいます。
#
# （データ：MNIST、LeCun, Cortes, Burges 1998、利用条件は第2回。ない場合はscikit-learnの小さな数字、Alpaydin, Kaynak 1998、CC BY 4.0。）

# %%
mnist = images.load_images("mnist")
print(mnist)

# %%
x, labels = mnist.train.images[:5], mnist.train.labels[:5]       # [5, 1, 28, 28] and [5]‖[5, 1, 28, 28] と [5]
one_hot = F.one_hot(labels, 10)                                  # [5, 10]: one row for each label‖[5, 10]：ラベルごとに1行
untrained = models.CVAE()
mean, log_var = untrained.encode(x, labels)                      # two [5, 16]‖[5, 16] が2つ
std = (log_var / 2).exp()                                        # [5, 16]
z = untrained.sample(mean, log_var)                              # [5, 16]: noise for each picture‖[5, 16]：雑音は画像ごとに別
print(one_hot.shape, mean.shape, log_var.shape, std.shape, z.shape)
print("into the decoder:‖デコーダの入力：", untrained.with_label(z, labels).shape)
print("out of the decoder:‖デコーダの出力：", untrained.decode(z, labels).shape)

# %% tags=["instructor"]
assert one_hot.shape == (5, 10)
assert mean.shape == log_var.shape == std.shape == z.shape == (5, 16)
assert untrained.with_label(z, labels).shape == (5, 26)
assert untrained.decode(z, labels).shape == (5, 1, 28, 28)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Ask for the shapes first: 784 + 10 numbers go into the encoder, 16 + 10 into the decoder, and $z$ stays `[5, 16]`.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 先に形を答えさせてください。エンコーダの入力は784 + 10個、デコーダの入力は16 + 10個で、$z$ は `[5, 16]` のままです。

# %%
lesson.show_source(models.CVAE.with_label, models.CVAE.encode, models.CVAE.logits, models.CVAE.loss)

# %% [markdown] lang="en"
# Compare with the VAE of lesson 04: the label is set beside the pixels (784 + 10 numbers in) and beside the latent (16 + 10 numbers in).
# Nothing else is new; the loss is the same negative ELBO, now of $p(x \mid \text{label})$. As in lesson 04 we say *loss*, not likelihood: with grey
# pixels the Bernoulli term is no probability.
#
# **Predict:** we train this network twice, for the same number of epochs, once without and once with labels. A label is one of ten, so its information is at
# most $\log 10 \approx 2.3$ nats. Which of the two terms will show the difference, `nll` or KL? (About a minute for both; the first shows nothing meanwhile.) Write your guess in the next cell, in the place of `...`.

# %% [markdown] lang="ja"
# 第4回のVAEと比べてください。ラベルが、画素の横（入力は784 + 10個）と、潜在変数の横（入力は16 + 10個）に並びます。新しいのはそれだけです。損失は同じくELBOの符号を
# 変えたものですが、下限を求める相手が $\log p(x \mid \text{ラベル})$ に変わります（画素に灰色があるので、尤度ではなく「損失」です）。
#
# **予想：** このネットワークを、ラベルなしとラベルありで、同じだけ学習させます。ラベルは10個のうちの1つなので、その情報量は最大で $\log 10 \approx 2.3$ ナットです。違いが
# 現れるのは、`nll` とKLのどちらの項でしょう（2つで1分ほどかかります。前半は何も表示されません）。予想を、次のセルの `...` と書き換えてください。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: the KL. On full MNIST it falls from about 23.3 to 19.5 nats, `nll` from about 74.1 to 73.7 only. Typical slip: `nll`, "because the network knows more". More than 2.3 nats is no contradiction: the bound holds for the true log p(x).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：KLです。完全なMNISTでは、KLは約23.3から19.5ナットに減り、`nll` は約74.1から73.7にしか減りません。よくある誤りは、「情報が増えたから」と `nll` を選ぶことです。2.3ナットより多く減っても矛盾ではありません。上限は、真の log p(x) についてのものです。

# %%
guess = ...  # "nll" or "kl"‖"nll" か "kl"

# %%
many = len(mnist.train) > 10_000      # few pictures: more epochs, smaller steps‖画像が少なければ回数を増やし、学習率を下げる
schedule = {"epochs": 9, "lr": 0.01} if many else {"epochs": 15, "batch_size": 64, "lr": 0.005}
vae = models.VAE((784, 512, 512, 16), hidden=nn.SiLU)
without = training.fit(vae, mnist, **schedule, progress=False)
cvae = models.CVAE()
history = training.fit(cvae, mnist, **schedule, on_epoch=plots.LiveCurve(loss="nats‖ナット"))

# %%
fell = {term: without.best[f"test_{term}"] - history.best[f"test_{term}"] for term in ("nll", "kl")}
lesson.compare(guess, max(fell, key=fell.get))
finals = pd.DataFrame({"VAE, no label‖VAE（ラベルなし）": without.best, "CVAE": history.best}).T
finals[["test_loss", "test_nll", "test_kl"]].round(1)

# %% [markdown] lang="en"
# Test loss in nats: grey BCE summed over pixels plus KL summed over latents, mean over test pictures, as in lesson 04. Read it term by
# term. The KL says how many nats about the picture, at most and on average, pass through the latent: with the label given, it carries fewer. A CVAE whose KL were
# near 0 would write the same 4 for everybody; one whose loss were no better than the VAE's may have ignored its label. `nll` hardly changes.
# Did the loss fall by more than 2.3 nats? It may: $\log 10$ is the most that a true $\log p(x)$ gains on average when the label is given, but both
# losses are bounds of networks half-way through their training, and with the label the bound may become tighter, or the network may learn more in each epoch.
#
# ## Choose a hand
#
# From here on we use the reference model: the same network, trained longer on MNIST's training pictures, a little turned, slanted and
# stretched. It ships with the course, so that everybody's $z$ can be compared in one space. In code a hand is a *style*: `style_of(picture, label)`
# is the encoder's mean, `write(z)` decodes one $z$ under all ten labels. Twenty-five sevens, each from a $z$ of its own, drawn from $N(0, I)$. **Predict:** in what will they differ, if not
# in being a 7?

# %% [markdown] lang="ja"
# テスト損失の単位はナットです。第4回と同じく、画素について合計した灰色BCEと、潜在変数について合計したKLの和を、テスト画像について平均しています。項ごとに読みましょう。KLは、画像についての情報が、平均して多くても何ナット潜在変数を
# 通ったかを表します。ラベルがあれば少なくて済みます。`nll` はほとんど変わりません。もしCVAEのKLがほぼ0なら、誰が書いても同じ4になってしまいます。損失がVAEと変わらなければ、ラベルを無視しているのかもしれません。
# 損失は2.3ナットより多く減ったでしょうか。そうなることもあります。$\log 10$ は、ラベルを与えたときに、真の $\log p(x)$ が平均して増える量の上限です。ここで比べているのは、学習途中の2つのネットワークの「下限の符号を変えたもの」で、
# ラベルがあれば下限が真の値に近づいたり、1エポックで学ぶ量が増えたりするので、その分も減ります。
#
# ## 筆跡を選ぶ
#
# ここからは**基準モデル**を使います。同じ構造のネットワークを、MNISTの訓練画像で、少し回転・傾斜・伸縮させながら、より長く学習させたもので、教材に付属しています。全員の $z$ を同じ空間で比べられるようにするためです。
# コードでは筆跡をスタイル（style）と呼び、`style_of(画像, ラベル)` はエンコーダの平均、`write(z)` は1つの $z$ を10個のラベルでデコードしたものです。下は25個の7で、それぞれ
# $N(0, I)$ からサンプリングした別の $z$ で書きました。**予想：** どれも7だとすると、何が違うのでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: in lean, thickness, width, and how far they are from a 7 at all. Typical slip: expecting different digits; the label is 7 throughout.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：傾き、太さ、幅、そしてどれくらい7らしいかです。よくある誤りは、いろいろな数字が出ると考えることです。ラベルはすべて7です。

# %%
hand = handwriting.reference_model()
drawn = torch.randn(25, 16, generator=torch.Generator().manual_seed(8))            # [25, 16]
sevens = hand.decode(drawn, torch.full((25,), 7))                                  # [25, 1, 28, 28]
plots.show_images(sevens, 5, "Twenty-five sevens‖25個の7", numbered=True, width=4.5)

# %% [markdown] lang="en"
# They differ in lean, pen and width. A few are hardly a 7: sixteen latents leave gaps in $N(0, I)$, as twenty did in lesson 04.
# Choose one that you like, by its number, and write it into the next cell. **Predict** its 0 and its 4 before you run it.

# %% [markdown] lang="ja"
# 傾き、線の太さ、幅が違います。7とは読みにくいものも少しあります。第4回の20個のときと同じく、16個でも $N(0, I)$ に隙間が残るからです。
# 気に入ったものを番号で選び、次のセルに書き込んでください。実行する前に、その筆跡の0と4を**予想**してみましょう。

# %%
CHOSEN = 10                                                       # a number from the sheet, 1 to 25‖上の図の番号、1〜25
chosen = drawn[CHOSEN - 1:CHOSEN]                                 # [1, 16]
print("z of your choice:‖選んだ筆跡のz：", chosen[0].numpy().round(1))
plots.show_images(handwriting.write(chosen), 10, f"Ten digits, hand {CHOSEN}‖筆跡{CHOSEN}の10個の数字", width=7)

# %% [markdown] lang="en"
# Four extremes among the twenty-five sevens, found by measuring: `slant` fits a line to the ink (pixels to the right per pixel upwards),
# `pen_width` is the mean width of the stroke in pixels. They were chosen by their 7 alone. **Predict:** will the other nine digits lean, and be
# thick or thin, like it?

# %% [markdown] lang="ja"
# 25個の7の中から、傾きと太さが両端のものを、測って選びます。`slant` はインクに当てはめた直線の傾き（上へ1画素進むと右へ何画素ずれるか）、`pen_width` は線の太さの平均（画素）です。
# 選ぶのに使ったのは7だけです。**予想：** ほかの9つの数字も、同じように傾き、同じように太く、または細くなるでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: mostly, not always. The rows are chosen by one 7 each and may lie in gaps, so look at the whole row before naming it.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：おおむねそうなりますが、いつもではありません。各行は7を1つ測って選んだだけで、隙間から来ていることもあります。行全体を見て判断させてください。

# %%
order = handwriting.slant(sevens).argsort()                            # from left to right‖左への傾きから右へ
wide = handwriting.pen_width(sevens).argsort()                         # from thin to thick‖細い順
hands = {"its 7 leans left‖7が左に傾く": drawn[order[:1]], "its 7 leans right‖7が右に傾く": drawn[order[-1:]],
         "its 7 is thin‖7が細い": drawn[wide[:1]], "its 7 is thick‖7が太い": drawn[wide[-1:]]}
plots.compare_rows({name: handwriting.write(z) for name, z in hands.items()},
                   "Ten digits from four z‖4つのzから書いた10個の数字")

# %% [markdown] lang="en"
# ## Is the hand in z, and only the hand?
#
# Partly, by eye: most digits of a row share lean and pen. But extremes can lie in gaps, where a 7 is hardly a 7 and a 1 leans much more than a 0. Two measurements say how far it is true. **First:** if $z$ is the hand, then ten digits written from one $z$ must lean
# alike. We write ten digits from 200 $z$ and ask how strongly a digit's slant goes with the mean slant of the nine others: near 1, the nine nearly
# fix the tenth; at 0 there is no such relation. As a baseline the same with shuffled hands. **Predict** the correlations for slant and pen width.

# %% [markdown] lang="ja"
# ## zにあるのは筆跡か、そして筆跡だけか
#
# 目で見る限り、ある程度はそうです。行ごとに、傾きや太さがほかの数字にも現れています。ただし両端の筆跡は隙間に近く、7が崩れていたり、1だけが大きく傾いたりします。どこまで本当か、2つの測定で確かめましょう。**1つめ：** $z$ が筆跡なら、1つの $z$ から書いた10個の数字は同じように傾くはずです。200個の $z$ で10個ずつ書き、ある数字の傾きと、ほかの9つの傾きの平均との相関を調べます。
# 1に近ければ、9つを見れば残りの1つの傾きがほぼ決まります。0なら、そのような関係はありません。ベースラインとして、筆跡の対応をシャッフルした場合も計算します。**予想：** 傾きと線の太さの相関は、それぞれどれくらいでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: with the shipped model about 0.96 for slant and 0.90 for pen width, shuffled about 0. It compares the model's digits with each other, not with a person's: let students say so themselves.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：付属のモデルでは、傾きが約0.96、太さが約0.90、シャッフルすると約0です。比べているのはモデルが書いた数字どうしで、本人の字ではありません。学生自身に気づかせてください。

# %%
zs = torch.randn(200, 16, generator=torch.Generator().manual_seed(1))
written = torch.stack([handwriting.write(z[None]) for z in zs])        # [200, 10, 1, 28, 28]


def agreement(values):
    """Mean correlation of each digit with the mean of the nine others: [hands, 10] -> a number.‖各数字の値と、ほかの9つの平均との相関を、平均する：[筆跡の数, 10] -> 数。"""
    others = [np.delete(values, digit, axis=1).mean(axis=1) for digit in range(10)]
    return np.mean([np.corrcoef(values[:, digit], others[digit])[0, 1] for digit in range(10)])


for measure in (handwriting.slant, handwriting.pen_width):
    values = measure(written.flatten(0, 1)).view(200, 10).numpy()      # [200, 10]
    shuffled = [agreement(np.random.default_rng(seed).permuted(values, axis=0)) for seed in range(20)]
    print(measure.__name__, f"{agreement(values):.2f},", "shuffled:‖シャッフル：", f"{np.mean(shuffled):.2f}")

# %% [markdown] lang="en"
# Near 1, the nine nearly fix the tenth; a value near that of the shuffled hands would mean that $z$ says nothing about this feature. (A high correlation means
# leaning together, not by the same amount.) This compares the model's digits with each other, not with a person's. For that, write ten digits yourself and look.
#
# **Second:** if $z$ holds only the hand, nobody can read the label off it. A *linear probe* tries: a linear classifier that sees $z$ alone
# and must name the digit. Guessing gives about 0.1. **Predict:** how well does it do on the latents of the VAE without labels, and how well on the
# CVAE's?

# %% [markdown] lang="ja"
# 同じ筆跡なら1に近い値になります。シャッフルしたときと同じくらいなら、$z$ からその特徴は読み取れません（相関が高いのは、同じ角度だからではなく、そろって変わるからです）。ここで比べたのは、モデルが書いた数字どうしです。本人が書く字に似ているかは測っていません。自分でも10個書いて、見比べてみてください。
#
# **2つめ：** $z$ にあるのが筆跡**だけ**なら、$z$ からラベルは読み取れないはずです。**線形プローブ**で試しましょう。$z$ だけを見て、どの数字かを当てる線形分類器です。ランダムに答えれば約0.1です。
# **予想：** ラベルなしのVAEの潜在変数では、どれくらい当たるでしょう。CVAEではどうでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: on full MNIST about 0.86 for the VAE and 0.12 for the CVAE, hardly above guessing. Typical slip: expecting more from the CVAE, "because it knows the label": it need not store it.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：完全なMNISTでは、VAEが約0.86、CVAEは約0.12で、ランダムに答えた場合とほとんど変わりません。よくある誤りは、「ラベルを知っているから」CVAEのほうが高いと考えることです。ラベルは与えられるので、$z$ に入れる必要がありません。

# %%
guess = {"VAE": ..., "CVAE": ...}  # accuracy, 0 to 1‖正解率、0〜1

# %%
test, names = mnist.test.images, mnist.test.labels
half = len(test) // 2                                        # learn on one half, test on the other‖半分で学習、半分で評価


def probe(z):
    """Accuracy of a linear classifier, fitted on one half, on the other: z [N, 16] -> a number.‖前半で学習した線形分類器の、後半での正解率：z [N, 16] -> 数。"""
    return LogisticRegression(max_iter=300).fit(z[:half], names[:half]).score(z[half:], names[half:])


lesson.compare(guess, {"VAE": probe(latent.embed(vae, test)),
                       "CVAE": probe(latent.embed(cvae, test, names))}, near=0.05)
print("reference CVAE:‖基準モデルのCVAE：", f"{probe(latent.embed(hand, test, names)):.2f}")

# %% [markdown] lang="en"
# The VAE's latent has the label in plain sight. The CVAE's has much less of it left: the decoder is given the label, so sending it
# through the latent as well would raise the KL and improve nothing. A value near the VAE's would mean that the label leaks into $z$. (Always naming the most frequent digit already gives about
# 0.11 on MNIST, and differences of 0.01 may be chance; a probe that is not linear might find more.)
#
# The reference model was trained on MNIST alone. Shown pictures of another kind, such as scikit-learn's small digits, it puts into $z$ also what is strange
# about them, and that differs from digit to digit: there the probe reads its $z$ nearly as well as the VAE's, or better.
#
# ## What MNIST did to its pictures
#
# Now to your own digit. A network knows only what it was trained on, and MNIST's pictures had been prepared (LeCun and others, 1998):

# %% [markdown] lang="ja"
# VAEの潜在変数からは、ラベルがはっきり読み取れます。CVAEでは、ずっと読み取りにくくなります。ラベルはデコーダに直接与えられるので、同じ情報を潜在変数にも入れると、KLが増えるだけで再構成は良くならないからです。もしVAEに近い値になったら、ラベルが $z$ に漏れています（MNISTでは、いちばん多い数字を
# 答え続けるだけで約0.11になり、0.01くらいの差は偶然かもしれません。線形でないプローブなら、もっと読み取れるかもしれません）。
#
# 基準モデルが学習したのはMNISTだけです。scikit-learnの小さな数字のような、種類の違う画像を見せると、MNISTと違うところも $z$ に入れようとします。違い方は数字ごとに異なるので、その場合は、基準モデルの $z$ からもVAEと同じくらい、またはそれ以上にラベルが読み取れます。
#
# ## MNISTは画像に何をしたのか
#
# いよいよ、あなたの数字です。ネットワークが知っているのは、学習に使った画像だけです。そしてMNISTの画像には、前処理がしてありました（LeCunら 1998）。

# %%
lesson.show_figure("mnist_preprocessing")

# %% [markdown] lang="en"
# **A mistake on purpose.** The quick way is to shrink the whole photograph to 28 × 28 and to invert it. **Predict:** what will the model
# write, when it is shown the sample's photograph prepared in this way?

# %% [markdown] lang="ja"
# **わざとまちがえてみる。** 手っ取り早いのは、写真全体を28 × 28に縮めて、白黒を反転することです。**予想：** 付属の見本をこのように処理して見せると、モデルは何を書くでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: thick, square digits, some unreadable. Of 1,000 made photographs a classifier names 87 rightly when they are only shrunk and inverted, and 985 when they are prepared (benchmarks/READER.md).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：太く角ばった、ときには読めない数字です。人工的に作った写真1,000枚のうち、分類器が正しく読めるのは、縮めて反転しただけでは87枚、前処理をすると985枚です（benchmarks/READER.md）。

# %%
shrunk = np.asarray(Image.open(sample).convert("L").resize((28, 28)), dtype=np.float32)
quick = torch.tensor(1 - shrunk / 255)[None, None]                              # [1, 1, 28, 28]
careful = handwriting.prepare_digit(sample)                                     # [1, 1, 28, 28]
plots.compare_rows({name: torch.cat([x, handwriting.write(handwriting.style_of(x, 4))])
                    for name, x in {"shrunk‖縮めただけ": quick, "prepared‖前処理": careful}.items()},
                   "What the model sees, and what it writes‖モデルへの入力（左端）と、モデルの出力")

# %% [markdown] lang="en"
# Paper that is not quite white becomes grey fog, which no MNIST picture has; the digit is small and off the middle. The model takes
# all this for a hand, and writes thick, square digits, some of which nobody can read. `prepare_digit` goes the way that MNIST went, and adds two steps, the
# light and the pen:

# %% [markdown] lang="ja"
# 真っ白ではない紙が、MNISTのどの画像にもない灰色の霧になります。数字も小さく、真ん中からずれています。モデルはそれを筆跡だと思い込み、太く角ばった、ときには読めない字を書きます。`prepare_digit` は、MNISTと同じ手順に、光と線の太さの処理を加えたものです。

# %%
_, steps = handwriting.prepare_digit(sample, explain=True)
plots.show_steps(steps, "From a photograph to a digit‖写真から数字の画像まで")

# %% [markdown] lang="en"
# The light on the paper is estimated and taken away; ink is what differs from it by at least half as much as the strokes do; the piece that is a
# digit is cut out. A pen thinner or thicker than MNIST's pens is brought into their range, as here (thin pens on large paper mostly are): that part of the
# hand is lost, slant and shape stay yours. Then the digit is fitted into 20 × 20, and its centre of mass goes to the middle of 28 × 28.
#
# ## Your own digit
#
# Draw **one** digit, large, with a mouse, a pen or a finger, and choose which it is (the pad begins with 4). With every stroke the ten digits beside
# it change. The drawing is saved as `my_digit.png` beside this notebook, and the pad starts from it next time (Colab forgets it when it
# disconnects: download it).
#
# Or photograph **one** digit, alone, in dark pen on plain paper, filling more than half of the picture without touching its edge (JPEG or PNG;
# export a phone's HEIC first), press *Use a photo* on the pad, and choose its digit.
#
# **Then run all cells after the pad.** If it still says that the course's sample is used, nothing was saved, or the name is wrong. On a saved page the pad takes no strokes: run its cell.

# %% [markdown] lang="ja"
# 照明のむらを推定して取り除きます。紙との差が線の濃さの半分以上あるところをインクとみなし、数字を切り出します。線の太さは、MNISTのペンの範囲に入れます（細いペンで大きく書くと、この見本のように太くなります）。筆跡のその部分は失われますが、傾きと形は
# あなたのものです。最後に20 × 20に収め、重心を28 × 28の真ん中に置きます。
#
# ## あなたの数字
#
# 下のパッドに、マウス、ペン、指で数字を**1つだけ**大きく書き、どの数字かを選んでください（最初は4になっています）。1画書くごとに、横に並んだ10個の数字が変わります。書いたものは、このノートブックの隣に `my_digit.png` として保存され、
# 次に開いたときはそこから始まります（Colabでは接続が切れると消えるので、ダウンロードしておいてください）。
#
# 紙に書いた字の写真でもかまいません。無地の紙に、濃いペンで数字を**1つだけ**書き、画面の半分以上を占め、縁には触れないように撮ります（JPEGかPNG。iPhoneのHEICは変換してください）。パッドの［写真を使う］で選び、どの数字かを選んでください。
#
# **書いたら、パッドの次の、`picture, label =` で始まるセルから下を、すべて実行し直してください。** それでも「my_digit.pngはまだないので、…」と表示されるときは、保存されていないか、名前が違います。保存されたページでは、パッドには書けません。セルを実行すると書けるようになります。

# %%
def ten_digits(picture, label):
    """Ten digits in one picture's hand: a picture [1, 1, 28, 28], a label -> [10, 1, 28, 28].‖画像1枚の筆跡で書いた10個の数字：画像 [1, 1, 28, 28]、ラベル -> [10, 1, 28, 28]。"""
    return handwriting.write(handwriting.style_of(picture, label))


pad.DrawPad(read=ten_digits, path="my_digit.png")

# %%
picture, label = handwriting.own_digit()        # photo: own_digit("photo.jpg", label=4)‖写真なら own_digit("photo.jpg", label=4)
mine = handwriting.prepare_digit(picture)       # [1, 1, 28, 28]
z = handwriting.style_of(mine, label)           # [1, 16]
print("label:‖ラベル：", label, " z:", z[0].numpy().round(1))
plots.show_images(torch.cat([mine, handwriting.write(z)]), 11, width=7,
                  title="Your digit, and ten from its z‖あなたの数字と、そのzから書いた10個")

# %% [markdown] lang="en"
# ## Can z be better?
#
# The encoder answers in one go, for any hand. But we can search on from its answer: a few gradient steps on $z$ itself, on
# $-\log p(x \mid z, \text{label}) - \log p(z)$ (the second term keeps $z$ where $N(0, I)$ is). In code it is `cost_of_style`: grey BCE of one picture plus
# $\|z\|^2 / 2$, constants left out. **Predict:** how many nats will 50 steps gain,
# and will you see it?

# %% [markdown] lang="ja"
# ## zはもっと良くできるか
#
# エンコーダは、どんな筆跡にも一度で答えを出します。その答えから出発して、$z$ 自身をさらに改良することもできます。$-\log p(x \mid z, \text{ラベル}) - \log p(z)$ を小さくする向きに、勾配降下法で数十ステップ進めます（第2項は、$z$ を $N(0, I)$ の
# 範囲にとどめます）。コードでは `cost_of_style` で、画像1枚の灰色BCEに $\|z\|^2 / 2$ を加えたものです（定数は省きます）。**予想：** 50ステップでコストは何ナット下がるでしょう。目で見てわかるでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer for the sample: about 0.5 of 54 nats, which no eye sees. The encoder was trained to find this $z$ at once; unusual hands gain more.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 見本での答え：54ナットのうち約0.5ナットで、目には見えません。エンコーダは、この $z$ を一度で求めるように学習しています。めずらしい筆跡では、もっと下がります。

# %%
guess = ...  # nats gained by 50 steps‖50ステップで減るナット

# %%
refined = handwriting.style_of(mine, label, refine=50)
before, after = (handwriting.cost_of_style(place, mine, torch.tensor([label])).item()
                 for place in (z, refined))
print(f"encoder {before:.1f} nats, refined {after:.1f} nats‖エンコーダ {before:.1f}ナット、改良後 {after:.1f}ナット")
lesson.compare(guess, before - after, near=0.2)
redrawn = [handwriting.write(place, [label]) for place in (z, refined)]
plots.show_images(torch.cat([mine, *redrawn]), 3, "Yours, encoder, refined‖元の画像、エンコーダ、改良後", width=3.5)

# %%
plots.compare_rows({"encoder‖エンコーダ": handwriting.write(z), "refined‖改良後": handwriting.write(refined)},
                   "Ten digits from both z‖2つのzから書いた10個の数字")

# %% [markdown] lang="en"
# The cost fell a little (for the sample, by less than an eye can see; for an unusual hand it may be more). Whether the nine others are *more* in your hand is
# for your eye to judge: a $z$ that explains one picture to the last pixel may have left the region where all labels look good. (To hand in the
# refined one, write `submission.pack(..., refine=50)` at the end.)
#
# ## A wrong label
#
# **Predict:** we show your digit with each label from 0 to 9. What will the model draw, and what will the cost of each label be?

# %% [markdown] lang="ja"
# コストは少し下がりましたが、見本では、目で見てもほとんどわかりません。めずらしい筆跡では、もっと下がることもあります。ほかの9つが**より**あなたらしくなったかどうかは、目で見て判断してください。1枚の画像を隅々まで説明する $z$ は、どのラベルでもきれいに書ける範囲から
# 出てしまったかもしれません（改良したほうを提出するには、最後のセルを `submission.pack(..., refine=50)` とします）。
#
# ## まちがったラベル
#
# **予想：** あなたの数字に、0から9までのラベルを順に与えてみます。モデルは何を描くでしょう。また、コストはそれぞれいくらになるでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** For the sample's 4: the right label costs about 54 nats, the next best, 7, about 87. With equally frequent labels this is Bayes' rule: the smallest cost is the most probable label. It is also question `label` of the assignment.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 見本の4では、正しいラベルのコストが約54ナット、その次は7の約87ナットです。どのラベルも同じ頻度なら、これはベイズの定理そのもので、コストが最小のラベルが最も確からしいラベルです。課題の問い `label` につながります。

# %%
claims = {claim: handwriting.style_of(mine, claim) for claim in range(10)}
answers = torch.cat([handwriting.write(place, [claim]) for claim, place in claims.items()])
cost = {claim: round(handwriting.cost_of_style(place, mine, torch.tensor([claim])).item())
        for claim, place in claims.items()}
print("cost of each label in nats:‖各ラベルのコスト（ナット）：", cost)
print("smallest cost:‖コストが最小のラベル：", min(cost, key=cost.get), "yours:‖あなたのラベル：", label)
plots.show_images(answers, 10, "Your digit under the labels 0 to 9‖あなたの数字に0〜9のラベルを与えたとき", width=7)

# %% [markdown] lang="en"
# Under a wrong label the model may bend that digit towards your picture, sometimes until it is no digit any more, or draw a clean digit
# that does not match. Either raises the cost. The label with the smallest cost is the one that the model reads: a model that can write can also read. Is it yours? If not, look at
# the prepared picture first, and then ask a friend what they read.
#
# ## From your hand to another
#
# An interpolation between two people: your $z$ and that of the first test picture. Each row is one step, each column one digit. **Predict:** which feature
# will change first?

# %% [markdown] lang="ja"
# まちがったラベルを与えると、モデルはその数字をあなたの画像に似せようとして、数字に見えないものを書いたり、きれいでも画像に合わない数字を書いたりします。どちらの場合もコストは大きくなります。コストが最小になるラベルが、モデルの読み取った数字だといえます。書けるモデルは、読むこともできるのです。
# それはあなたの数字と同じでしたか。違っていたら、まず処理した画像を見てください。それから、友だちに何と読めるか聞いてみましょう。
#
# ## あなたの筆跡から、ほかの人の筆跡へ
#
# 2人の筆跡の間を補間します。あなたの $z$ から、最初のテスト画像の $z$ までです。1行が1ステップ、1列が1つの数字です。**予想：** どの特徴が先に変わるでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** No fixed answer: it depends on the two hands. Let students name the feature and the row in which it changes.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 決まった答えはありません。2つの筆跡によって変わります。どの特徴が何行目で変わったかを答えさせてください。

# %%
friend = handwriting.style_of(test[:1], int(names[0]))                           # [1, 16]
walk = torch.tensor(latent.interpolate(z[0].numpy(), friend[0].numpy(), steps=6)).float()    # [6, 16]
rows = ({"you‖あなた": walk[:1]} | {f"step {k}‖{k}ステップ": walk[k:k + 1] for k in range(1, 5)}
        | {"the other‖相手": walk[5:]})
plots.compare_rows({name: handwriting.write(place) for name, place in rows.items()},
                   "Interpolation between two hands‖2つの筆跡の間の補間")

# %% [markdown] lang="en"
# On a straight line all sixteen numbers change at the same pace, but what the eye sees need not. Watch the bars of the 5 and the 7. A bad one would jump
# from row to row, or pass through rows that nobody can read: a gap.
#
# ## A font, and a clock
#
# Ten pictures of 28 × 28 are enough for a **font**: each digit is enlarged, its outline traced and written into a TrueType file that
# most programs can use (it has digits and a space only). The sample is drawn by another program's font renderer (FreeType) from `build/05_my_hand.ttf`.

# %% [markdown] lang="ja"
# $z$ の16個の数は同じ歩調で変わりますが、見た目の変わり方は特徴ごとに違います。5と7の横棒に注目してください。隣の行へ急に飛んだり、途中だけ読めなくなったりしたら、そこは隙間かもしれません。
#
# ## フォントと時計
#
# 28 × 28の画像が10枚あれば、**フォント**が作れます。数字を拡大し、輪郭をなぞって、多くのソフトで使えるTrueTypeファイルに書き込みます（入っているのは数字と空白だけです）。下の見本は、`build/05_my_hand.ttf` を別のプログラムの描画エンジン（FreeType）で描いたものです。

# %%
path = font.save_font(handwriting.write(z), "build/05_my_hand.ttf", name="My hand‖私の字")
font.render_text(path, "0123456789  2026", size=64)

# %% [markdown] lang="en"
# And a **clock** that writes the time as you would. A label may also be a mixture, 70 % of a 3 and 30 % of a 4, so each digit can
# turn into the next. **Predict** what a digit that is half 3 and half 4 looks like. (The page stands alone in `build/05_clock.html`.)

# %% [markdown] lang="ja"
# もう1つは、あなたの字で時刻を書く**時計**です。ラベルは「3が70 %、4が30 %」のように混ぜることもできるので、数字は少しずつ次の数字に変わっていきます。半分が3で半分が4の数字はどんな形か、**予想**してください（`build/05_clock.html` だけでも
# 動きます）。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: often neither a 3 nor a 4; with the sample it looks like a 9. Typical slip: expecting a double exposure, as mixed pixels give.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：3でも4でもない形になることが多く、見本では9に似ています。よくある誤りは、画素を混ぜたときのような二重写しを予想することです。

# %%
morphs = {change: handwriting.morph(z, *change, steps=9) for change in clock.CHANGES}
plots.show_images(morphs[3, 4], 9, "From a 3 to a 4‖3から4へ", width=6)

# %% [markdown] lang="en"
# The picture in the middle is half and half. It may be no digit, or a third one (the sample's resembles a 9), for the network never saw a mixed label in
# training; the way there is smooth all the same.

# %% [markdown] lang="ja"
# 真ん中が半分ずつです。たいていは、3でも4でもない形になります（見本では9に似ています）。混ぜたラベルは、学習では一度も出てこなかったからです。それでも、途中はなめらかに変わります。

# %%
clock.save_page("build/05_clock.html", morphs)
clock.show(morphs)

# %% [markdown] lang="en"
# ## Now you
#
# **Exercise 5.1 (5 minutes).** Write `one_hot` yourself: labels `[B]` and the number of classes give rows `[B, classes]`. Guess first: what is the
# sum of all entries for five labels?
#
# <details><summary>Hint 1</summary>Start from zeros, one row for each label, one column for each class.</details>
# <details><summary>Hint 2</summary>In row i, the column labels[i] gets a 1. A comparison can do all rows at once.</details>
# <details><summary>Hint 3</summary>labels[:, None] == torch.arange(classes) is True at the right places; .float() makes numbers of it.</details>

# %% [markdown] lang="ja"
# ## やってみよう
#
# **演習5.1（5分）** ワンホットを自分で書いてみましょう。ラベル `[B]` とクラスの数から、`[B, classes]` を作ります。まず予想：ラベルが5個なら、すべての要素の合計はいくつでしょう。
#
# <details><summary>ヒント1</summary>ラベルごとに1行、クラスごとに1列の、0ばかりの行列から始めます。</details>
# <details><summary>ヒント2</summary>i 行目では labels[i] 列が1になります。比較を使えば、全部の行を一度に作れます。</details>
# <details><summary>ヒント3</summary>labels[:, None] == torch.arange(classes) は、正しい場所だけが True です。.float() で数に変えます。</details>

# %% exercise="5.1"
def one_hot_rows(labels, classes):
    """One-hot rows: labels [B], the number of classes -> [B, classes].‖ワンホットの行：ラベル [B]、クラスの数 -> [B, classes]。"""
    # BEGIN SOLUTION
    return (labels[:, None] == torch.arange(classes)).float()
    # END SOLUTION


# %%
result = checks.exercise_5_1(one_hot_rows)
print(result)
if result.passed:
    print("your sum:‖あなたの合計：", one_hot_rows(mnist.train.labels[:5], 10).sum().item())
    print("true sum:‖正しい合計：", 5.0)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 5.1.** Guess: 5, a 1 in each of the five rows. Typical slips: `F.one_hot(labels)` without the number of classes; `torch.eye(classes)` without picking rows by the labels.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（5.1）** 予想の答え：5です。5行のそれぞれに1が1つあります。よくある誤答：`F.one_hot(labels)` にクラスの数を渡さない。`torch.eye(classes)` から、ラベルの行を選んでいない。

# %% tags=["instructor"]
assert checks.exercise_5_1(one_hot_rows).passed

# %% [markdown] lang="en"
# **Exercise 5.2 (10 minutes).** MNIST puts the centre of mass of the ink into the middle. Write how far a picture `[28, 28]` has to be moved for that:
# two numbers, pixels down and pixels right. Rows and columns are numbered 0 to 27, so the middle is 13.5. Guess first: is the answer
# positive or negative for a digit in the top left corner?
#
# <details><summary>Hint 1</summary>The centre of mass is a weighted mean of the row numbers (and of the column numbers); the weights are the pixels.</details>
# <details><summary>Hint 2</summary>Sum of row number times pixel, divided by the sum of all pixels. Then 13.5 minus that.</details>
# <details><summary>Hint 3</summary>r = torch.arange(28.); down = 13.5 - (r[:, None] * image).sum() / image.sum(); right is the same with r[None, :];
# torch.stack([down, right]).</details>

# %% [markdown] lang="ja"
# **演習5.2（10分）** MNISTは、インクの重心を画像の真ん中に置きます。そのために画像 `[28, 28]` をどれだけ動かせばよいか、下へ何画素、右へ何画素の2つの数を返してください。行と列の番号は0から27なので、真ん中は13.5です。まず予想：左上の隅にある数字では、
# 答えは正でしょうか、負でしょうか。
#
# <details><summary>ヒント1</summary>重心は、行番号（と列番号）の重み付き平均で、重みは画素の値です。</details>
# <details><summary>ヒント2</summary>行番号×画素の合計を、画素の合計で割ります。13.5からそれを引きます。</details>
# <details><summary>ヒント3</summary>r = torch.arange(28.)、down = 13.5 - (r[:, None] * image).sum() / image.sum()。right は r[None, :] で同じことをします。最後に torch.stack([down, right]) を返します。</details>

# %% exercise="5.2"
def shift_to_the_middle(image):
    """Pixels (down, right) that bring the centre of mass to 13.5, 13.5: [28, 28] -> [2].‖重心を (13.5, 13.5) に移す画素数（下へ、右へ）：[28, 28] -> [2]。"""
    # BEGIN SOLUTION
    r = torch.arange(28.)
    down = 13.5 - (r[:, None] * image).sum() / image.sum()
    right = 13.5 - (r[None, :] * image).sum() / image.sum()
    return torch.stack([down, right])
    # END SOLUTION


# %%
result = checks.exercise_5_2(shift_to_the_middle)
print(result)
if result.passed:
    print("prepared digit, still to move:‖処理した数字を、あと動かす量：",
          shift_to_the_middle(mine[0, 0]).numpy().round(1))
    print("true value: about 0‖正しい値：ほぼ0")

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 5.2.** Guess: both positive, down and right. Typical slips: rows counted from 1, 14 instead of 13.5, right before down, the sign turned round.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（5.2）** 予想の答え：下へも右へも正です。よくある誤答：行を1から数える。13.5でなく14を使う。下と右の順が逆。符号が逆。

# %% tags=["instructor"]
assert checks.exercise_5_2(shift_to_the_middle).passed

# %% [markdown] lang="en"
# ## The assignment
#
# Hand in **your own hand**: one digit that you wrote yourself, as quirky as it is when you are in a hurry, and the ten digits made from it.
#
# 1. Draw the digit above, or photograph it, and run the notebook from top to bottom.
# 2. Answer the three questions in the next cell, in two or three sentences each, in English or Japanese:
#    * **hand**: which features of your hand came through in the ten digits, and which did not? (The pen's width may be the preparation's.)
#    * **label**: look at the labels 0 to 9: which wrong label had the smallest cost for your digit, and why that one?
#    * **limits**: name one thing about handwriting that 16 numbers of this model cannot hold, and how you would find out.
# 3. Write your student number between the quotes (plain ones, and no line break inside an answer), set `READY = True`, **save the notebook**, and run the cell. A red message that begins "Nothing is packed
#    yet" lists what to correct. Else `handin_NUMBER.zip` lies beside the notebook (Colab downloads it): hand it in where your teacher says. It holds the
#    picture as it is, with whatever your phone wrote into it (perhaps place and time). Exercises 5.1 and 5.2 go with the notebook.

# %% [markdown] lang="ja"
# ## 課題
#
# **あなた自身の筆跡**を提出してください。自分で書いた数字を1つ（急いで書いたときの、くせのある字がいちばんです）と、そこから作った10個の数字です。
#
# 1. 上のパッドに書くか、紙に書いた字を写真に撮り、ノートブックを最初から最後まで実行します。
# 2. 次のセルの3つの問いに、それぞれ2、3文で答えます（日本語でも英語でもかまいません）。
#    * **hand**：10個の数字に、あなたの筆跡のどの特徴が現れ、どの特徴は現れませんでしたか（線の太さは、前処理で変わっているかもしれません）。
#    * **label**：まちがったラベルのうち、コストが最も小さかったものはどれですか。なぜそのラベルになったと考えますか。
#    * **limits**：このモデルの16個の数では表せない、筆跡の特徴を1つ挙げてください。それをどうやって確かめますか。
# 3. 学籍番号を `""` の間に書き、`READY = True` にして、**ノートブックを保存してから**セルを実行します（引用符は半角で、答えの途中で改行しないでください）。不備があれば、「まだzipは作られていません」で始まる赤いメッセージに、直すところが並びます。うまくいけば、ノートブックの隣に
#    `handin_学籍番号.zip` ができます（Colabではダウンロードが始まります）。それを、先生の指示するところに提出してください。写真は、位置情報なども含めて元のまま入ります。演習5.1と5.2も、ノートブックと一緒に提出されます。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, assignment.** A good answer points at its own pictures. *hand*: lean and width mostly come through, the pen only in part. *label*: a wrong label that shares strokes. *limits*: for instance a crossed 7, pressure or joined strokes, and a way to find out (write all ten and compare).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（課題）** よい答えは、自分の画像を具体的に挙げています。hand：傾きと幅はおおむね現れ、線の太さは一部だけです。label：同じ線を持つ数字になりがちです。limits：7の横線、筆圧、続け字など。確かめ方（10個を自分で書いて比べるなど）まで書けていれば十分です。

# %%
STUDENT = ""
ANSWERS = {"hand": "...",
           "label": "...",
           "limits": "..."}
READY = False

if READY:
    submission.pack(STUDENT, label, ANSWERS, picture=picture)
else:
    print("Not packed: set READY = True when digit and answers are yours.‖まだ提出用のzipはありません。数字と答えがそろったら READY = True にしてください。")

# %% [markdown] lang="en"
# ## Things to try
#
# * Write the same digit twice, carefully and in a hurry, on pads of their own, `pad.DrawPad(read=ten_digits, path="hurry.png")` (on the first pad you
#   would overwrite the assignment's). Guess first: are the two $z$ nearer to each other, `(z1 - z2).norm()`, than to the $z$ of a friend?
# * Write with $2z$ and with $-z$ instead of $z$, `handwriting.write(2 * z)`. Guess: a stronger hand, an opposite hand, or no digit at all?
# * Give the decoder half of two labels, `latent.decode(hand, z, torch.tensor([[0, .5, 0, 0, 0, 0, 0, .5, 0, 0]]))`. Guess what stands between a 1
#   and a 7.
#
# ## What we saw
#
# * Could it write the nine as *you* would? In part. The label is given to the decoder, so the latent stops carrying it; what remains in $z$ is mostly the
#   handwriting, and lean and pen stay when the label changes. Whether you cross your 7 it can only guess from your 4: MNIST does not say which pictures
#   share a writer.
# * A model knows only pictures treated like its own, so a photograph goes the same way: find the ink, cut, fit into 20 × 20, centre by mass.
# * One digit gives a $z$, a $z$ gives ten digits, and a model that can write a digit under a label can also say which label fits best.
#
# A label was given here. Would digits have found their kinds without one? Lesson 06 begins with that question, and with others that are yours.

# %% [markdown] lang="ja"
# ## さらに試してみよう
#
# * 同じ数字を、ていねいに1回、急いで1回、別のパッド `pad.DrawPad(read=ten_digits, path="hurry.png")` に書いてみましょう（最初のパッドに書くと、課題の字が上書きされます）。2つの $z$ の距離 `(z1 - z2).norm()` は、友だちの $z$ までの距離より
#   近いでしょうか。先に予想してください。
# * $z$ のかわりに $2z$ や $-z$ で書いてみましょう。`handwriting.write(2 * z)` です。くせが強くなるでしょうか、逆の筆跡になるでしょうか、数字でなくなるでしょうか。予想してください。
# * 2つのラベルを半分ずつ与えてみましょう。`latent.decode(hand, z, torch.tensor([[0, .5, 0, 0, 0, 0, 0, .5, 0, 0]]))` です。1と7の間には何があるか、予想してください。
#
# ## この回でわかったこと
#
# * 残りの9つを、あなたの筆跡で書けたでしょうか。答えは「ある程度まで」です。ラベルはデコーダに直接与えられるので、潜在変数はラベルの情報をほとんど持たなくなります。$z$ に残るのはおもに筆跡で、ラベルを変えても、傾きと太さはほぼ保たれます。しかし、あなたが7に横線を
#   入れるかどうかは、4からは推測するしかありません。MNISTには、どの画像とどの画像が同じ人のものかが書かれていないからです。
# * モデルが知っているのは、自分の学習データと同じように処理された画像だけです。そこで、写真もMNISTとほぼ同じ手順で整えます。インクを見つけ、切り出し、20 × 20に収め、重心を真ん中に置きます。
# * 1つの数字から $z$ が決まり、$z$ から10個の数字が書けます。ラベルを与えれば書けるモデルは、どのラベルが最も合うかを答えることもできます。
#
# 今回はラベルを与えました。ラベルがなくても、数字は種類ごとに分かれるのでしょうか。第6回はこの問いから始まります。次は、あなたが手を動かす番です。
