# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 4. Why a plain autoencoder cannot dream, and what fixes it
#
# Take the portraits of two people and average them pixel by pixel: you get a double exposure. Take the point half-way
# between their *latents* and decode it: you hope for a third face. Move one portrait's latent a little and you hope for
# somebody who does not exist: anonymous, and still a face. **Can a network be built so that every place in its latent
# space decodes to something plausible?**
#
# **After this lesson you can** say why the autoencoder of lesson 02 fails at this, derive the loss of a variational
# autoencoder (VAE) and check every step of the derivation with numbers, explain what blocks the gradient and how
# reparameterisation frees it, train a VAE, sample new digits, and interpolate from one digit to another.
#
# **Time:** about 120 minutes of reading and trying; on two processor cores the computer needs two to three minutes of
# that, and the cells that take long say so.
# **You need:** lesson 02 (autoencoder, latent plane, holes), the normal distribution, and what an expected value is.

# %% [markdown] lang="ja"
# # 4. オートエンコーダはなぜ夢を見られないのか、どうすれば見られるのか
#
# 2人の顔写真を画素ごとに平均すると、二重写しになります。では、2人の**潜在変数**の中間の点をデコードしたらどうでしょう。
# 3人目の顔が現れることが期待されます。1人の潜在変数を少しだけ動かせば、実在しない誰かの顔、つまりもとの人とはわからない、それでも
# 顔に見える画像が得られることが期待されます。**潜在空間のどこをデコードしても、もっともらしい画像が出てくるネットワークは作れるでしょうか。**
#
# **この回でできるようになること：** 第2回のオートエンコーダでは、なぜそれがうまくいかないのかを説明する。変分オートエンコーダ
# （VAE）の損失関数を導き、導出の各段階を数値で確かめる。勾配を止めているものは何か、再パラメータ化がそれをどう解決するのかを説明する。
# VAEを学習させ、新しい数字を生成し、ある数字から別の数字まで補間する。
#
# **時間：** 読んで試して約120分です。そのうち計算にかかるのは、2コアのパソコンで2〜3分です。時間のかかるセルには、その旨を
# 書いてあります。
# **前提：** 第2回（オートエンコーダ、潜在平面とその穴）、正規分布、期待値。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Aim: students can say why the loss of a VAE is this sum, and why it needs reparameterisation.
# Plan for 120 minutes: samples of the plain autoencoder 10, generative process and ELBO 30, gradient and model 20, samples, plane and interpolation 20, pixels and sum against mean 10, the rest 10, exercises 20. In 90 minutes leave out pixels, likelihoods and convolutions.
# Say early that the title holds for samples of $N(0, I)$: with a distribution fitted to its latents (a mixture of normals) a plain autoencoder samples well. Students stumble over the two KLs, to the posterior and to the prior, and over signs.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** ねらい：VAEの損失がなぜこの和になるのか、なぜ再パラメータ化が必要なのかを説明できるようにします。
# 120分の配分：ふつうのオートエンコーダのサンプル10分、生成過程とELBO 30分、勾配とモデル20分、サンプル・平面・補間20分、画素の距離と「合計と平均」10分、残り10分、演習20分。90分なら、画素の距離、尤度、畳み込みを省きます。
# 題名は $N(0, I)$ からのサンプルについての話だと、早めに伝えてください。潜在変数に分布（混合正規分布など）を当てはめれば、ふつうのオートエンコーダからも良いサンプルが得られます。つまずきやすいのは、事後分布とのKLと事前分布とのKLの区別、そして符号です。

# %%
import math

import numpy as np
import pandas as pd
import torch
from sklearn.datasets import make_swiss_roll
from torch import nn

from aecourse import checks, images, latent, lesson, models, objectives, plots, training, widgets
from aecourse.widgets import explorer

device = lesson.start("en‖ja")

# %%
lesson.show_figure("faces")

# %% [markdown] lang="en"
# ## A test by sampling
#
# We stay with digits (MNIST: LeCun, Cortes, Burges 1998; without it, the small 8×8 digits of scikit-learn: Alpaydin,
# Kaynak 1998). The test is simple: **sample** forty points $z$ from a distribution, decode them, and look. (This is
# what *dreaming* means in the title.) The plainest distribution is the standard normal one, $N(0, I)$: each latent independent, mean 0, variance 1.
#
# **Predict:** a two-latent autoencoder as in lesson 02 decodes forty such points. How many will you be able to read as
# a digit, and will all ten digits be among them? (About ten seconds.)

# %% [markdown] lang="ja"
# ## サンプリングしてみる
#
# ここでも数字の画像を使います（MNIST：LeCun, Cortes, Burges 1998。ない場合はscikit-learnの8×8の数字：Alpaydin, Kaynak 1998）。
# テストは簡単です。確率分布から40個の点 $z$ を**サンプリング**し、デコードして眺めるだけです（題名の「夢を見る」とは、このように画像を生成することです）。分布には、最も単純な
# **標準正規分布** $N(0, I)$ を使います。どの潜在変数も互いに独立で、平均0、分散1です。
#
# **予想：** 第2回と同じ、潜在変数が2個のオートエンコーダで、この40点をデコードします。数字として読めるのは何枚くらいでしょう。
# 10種類すべての数字が出てくるでしょうか（10秒ほどかかります）。

# %%
mnist = images.load_images("mnist")
print(mnist)
many = len(mnist.train) > 10_000      # few pictures: more epochs, smaller steps‖画像が少なければ回数を増やし、学習率を下げる
schedule = ({"epochs": 10, "batch_size": 256, "lr": 0.01} if many else
            {"epochs": 40, "batch_size": 64, "lr": 0.005})
short = schedule | {"epochs": schedule["epochs"] // 2}
test, labels = mnist.test.images, mnist.test.labels

# %%
noise = torch.randn(40, 2, generator=torch.Generator().manual_seed(0))     # 40 points of N(0, I)‖N(0, I) の40個の点
plain = models.Autoencoder((784, 128, 32, 2), hidden=nn.SiLU)
training.fit(plain, mnist, **short, progress=False)
plots.show_images(latent.decode(plain, noise), width=7,
                  title="Forty samples of the plain autoencoder‖ふつうのオートエンコーダのサンプル40個")

# %% [markdown] lang="en"
# However many you could read, most kinds are missing, and some are no digit at all. The pixels shown are the decoder's values, its
# best guess of each pixel's white, here and in all pictures of this lesson. The map shows why the kinds are few:

# %% [markdown] lang="ja"
# 読めるものもありますが、出てこない数字が多く、数字とはいえないものも混じっています（この回の図に描いてあるのはすべて、デコーダが答えた画素ごとの白さです）。
# 種類が少ない理由は、地図を見るとわかります。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Let students count before they read on: on full MNIST the forty are nearly all of one or two kinds. Ask for the kinds, not only for legibility: clean samples of one kind are no success.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 先に進む前に、何種類の数字があるかを数えさせてください。完全なMNISTでは、40枚はほとんどが1、2種類です。読めるかどうかだけでなく、種類を問うのが要点です。同じ数字ばかりなら、きれいでも成功とはいえません。

# %%
plots.latent_plane(latent.embed(plain, test), labels, prior=True,
                   title="Test digits and the circles of N(0, I)‖テスト画像と N(0, I) の円")

# %% [markdown] lang="en"
# The circles hold 39 %, 86 % and 99 % of $N(0, I)$ in two dimensions. On this map they are a speck near the origin, too small to see well: all forty
# points fell into it, and most of them on the few kinds of digit that happen to lie there. The autoencoder's cloud knows nothing of
# the circles: its size, its place and its holes are accidents of the training, and no term of the loss says from which distribution to draw. The obvious repair is
# to measure the cloud's mean and spread and to draw from that. **Predict:** does it help?

# %% [markdown] lang="ja"
# 3つの円の内側には、2次元の $N(0, I)$ のそれぞれ39 %、86 %、99 %が入ります。この地図では、円は原点のごく近くにあり、小さすぎてほとんど見えません。40個の点はすべてそこに落ち、
# その多くは、そこにあったわずかな種類の数字に当たりました。オートエンコーダの点の集まりは、この円とは無関係です。広がりも、
# 位置も、穴も、学習の偶然で決まったもので、損失には潜在変数の分布を決める項がないので、どの分布からサンプリングすればよいかはわかりません。すぐ思いつくのは、点の集まりの平均と広がりを測り、それに合わせてサンプリングすることです。**予想：** これで良くなるでしょうか。

# %%
cloud = latent.embed(plain, mnist.train.images)                                   # [N, 2]
plots.show_images(latent.decode(plain, cloud.mean(0) + noise.numpy() * cloud.std(0)), width=7,
                  title="Forty samples with the cloud's mean and spread‖点の集まりの平均と標準偏差に合わせたサンプル40個")

# %% [markdown] lang="en"
# More kinds, but the points that fall between the arms of the cloud decode to smudges; a mean and a spread for each axis do not describe its shape. In the drawing
# (a sketch): left what we have, right what we want.

# %% [markdown] lang="ja"
# 種類は増えましたが、点の集まりの腕と腕の間に落ちた点は、ぼやけた塊になります。平均と広がりだけでは、集まりの形がわからないからです。下の絵（模式図）の左がいまの状態、右が私たちの目標です。

# %%
lesson.show_figure("latent_gaps")

# %% [markdown] lang="en"
# ## A generative process that can be computed
#
# So we start from the other end, with a **generative process**, an account of how a picture comes about, and make the network fit it:
#
# 1. A latent is sampled from the **prior** $p(z) = N(0, I)$. (*Assumption 1: our choice.*)
# 2. From $z$ a picture $x$ is sampled from $p(x \mid z)$, which the decoder computes. (*Assumption 2: the pixels are
#    independent once $z$ is given.*)
#
# The probability of a picture is then a sum over all ways to get it, and learning means to make it large for the
# training pictures:
#
# $$p(x) = \int p(x \mid z)\, p(z)\, dz$$
#
# For real pictures and more than a few latents nobody can compute this integral: nearly every $z$ explains a given picture terribly, and the few
# good ones have to be found. But in a toy with *one* latent and *one* pixel, a fine grid does it. In the toy
# $x = z^2 + \text{noise}$ with standard deviation 0.5, and we observed $x = 1.5$.
#
# **Predict:** which values of $z$ may have made this $x$? Sketch the **posterior** $p(z \mid x)$: how many peaks?

# %% [markdown] lang="ja"
# ## 計算で確かめられる生成過程
#
# そこで、逆から始めます。まず、画像がどのようにできるかという**生成過程**を決め、ネットワークのほうをそれに合わせます。
#
# 1. まず、**事前分布** $p(z) = N(0, I)$ から潜在変数 $z$ をサンプリングする、と考えます（**仮定1**：私たちが選んだものです）。
# 2. その $z$ をもとに、$p(x \mid z)$ から画像 $x$ をサンプリングします。$p(x \mid z)$ はデコーダが計算します（**仮定2**：$z$ が決まれば、画素は
#    互いに独立とします）。
#
# すると、ある画像の確率は、それができるすべての経路についての和（積分）になります。学習とは、訓練画像に対してこの値を大きくすること
# です。
#
# $$p(x) = \int p(x \mid z)\, p(z)\, dz$$
#
# 本物の画像で、潜在変数が何個もあると、この積分は事実上計算できません。ほとんどの $z$ は目の前の画像をまったく説明できず、わずかな良い $z$ を探し出さなければ
# ならないからです。しかし、潜在変数も画素も**1つだけ**の簡単な例（トイモデル）なら、細かい格子を使って計算できます。ここでは
# $x = z^2 + \text{雑音}$（標準偏差0.5）とし、$x = 1.5$ が観測されたとします。
#
# **予想：** この $x$ を生み出した $z$ は、どのあたりの値でしょうか。**事後分布** $p(z \mid x)$ の形を描いてみてください。ピークはいくつ
# あるでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: two peaks, near 1.2 and -1.2. Typical slip: only one, from the root of 1.5 without its second sign.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：ピークは2つ、1.2と-1.2の近くです。よくある誤りは、1.5の正の平方根だけを考えて、1つだけ描くことです。

# %%
z = torch.linspace(-8, 8, 16_001, dtype=torch.float64)     # a fine grid: integrals become sums‖細かい格子：積分は和になる
step = z[1] - z[0]


def log_normal(value, mean, std):
    """Log density of N(mean, std^2) at a value.‖N(mean, std^2) の、値valueでの密度の対数。"""
    return -0.5 * ((value - mean) / std) ** 2 - math.log(std * math.sqrt(2 * math.pi))


log_joint = log_normal(z, 0, 1) + log_normal(1.5, z ** 2, 0.5)    # the joint: log p(x, z)‖同時分布 log p(x, z)
log_p_x = (log_joint.exp().sum() * step).log()                    # the integral‖積分
log_posterior = log_joint - log_p_x                               # p(z | x) = p(x, z) / p(x)
coarse = (log_joint[::2].exp().sum() * 2 * step).log()            # every second point‖格子点を1つおきに使う
print(f"log p(x) = {log_p_x:.4f}, with half of the points {coarse:.4f}‖log p(x) = {log_p_x:.4f}、点を半分にすると {coarse:.4f}")

# %% [markdown] lang="en"
# With half of the points the value is the same: the grid is fine enough. Now the trick of the variational method. The posterior
# is out of reach for real pictures, so take a distribution $q(z)$ that we *can* handle, here a normal distribution with
# a mean and a standard deviation, and measure how well it does. ($\mathbb{E}_q$ is the mean over $z$ drawn from $q$.) Everything follows from one line.
#
# $$\log p(x)
# = \mathbb{E}_{q}\left[\log p(x)\right]
# = \mathbb{E}_{q}\left[\log \frac{p(x, z)}{p(z \mid x)}\right]
# = \mathbb{E}_{q}\left[\log \frac{p(x, z)}{q(z)}\right] + \mathbb{E}_{q}\left[\log \frac{q(z)}{p(z \mid x)}\right]$$
#
# * First sign of equality: $\log p(x)$ does not depend on $z$, so its mean over any $q$ is itself. (*Needs only: $q$ sums
#   to 1.*)
# * Second: $p(x, z) = p(z \mid x)\, p(x)$, the definition of conditional probability.
# * Third: multiply and divide by $q(z)$, and split the logarithm. (*Needs: $q$ puts nothing where the posterior has
#   nothing.*)
#
# The first term is called **ELBO** (Evidence Lower BOund), the second is the **Kullback-Leibler divergence**
# $\mathrm{KL}(q \,\|\, p(z \mid x))$ of $q$ from the posterior (it has a direction: swapping the two gives another value). It is never negative: because $\log t \le t - 1$,
#
# $$-\mathrm{KL} = \mathbb{E}_{q}\left[\log \frac{p(z \mid x)}{q(z)}\right]
# \le \mathbb{E}_{q}\left[\frac{p(z \mid x)}{q(z)} - 1\right] \le 1 - 1 = 0 .$$
#
# (The last step: the mean over $q$ of $p(z \mid x) / q(z)$ is the integral of the posterior over the places where $q > 0$, at most 1.)
# So $\text{ELBO} \le \log p(x)$, it is a *bound* and not an error, and the **gap between them is exactly the KL from
# $q$ to the true posterior**. **Predict:** in the table below, which column will be the same in every row?

# %% [markdown] lang="ja"
# 点を半分にしても値が変わらないので、格子は十分に細かいといえます。さて、ここからが変分法の工夫です。本物の画像では事後分布に手が届きません。
# そこで、**扱いやすい**分布 $q(z)$（ここでは、平均と標準偏差をもつ正規分布）を持ってきて（$\mathbb{E}_q$ は、$q$ からサンプリングした $z$ についての平均です）、それがどれくらい良いかを測ります。すべては
# 次の1行から出てきます。
#
# $$\log p(x)
# = \mathbb{E}_{q}\left[\log p(x)\right]
# = \mathbb{E}_{q}\left[\log \frac{p(x, z)}{p(z \mid x)}\right]
# = \mathbb{E}_{q}\left[\log \frac{p(x, z)}{q(z)}\right] + \mathbb{E}_{q}\left[\log \frac{q(z)}{p(z \mid x)}\right]$$
#
# * 1つめの等号：$\log p(x)$ は $z$ によらないので、どんな $q$ で平均しても変わりません（必要なのは、$q$ の合計が1であることだけ
#   です）。
# * 2つめの等号：条件付き確率の定義 $p(x, z) = p(z \mid x)\, p(x)$ です。
# * 3つめの等号：$q(z)$ を掛けて割り、対数を2つに分けます（事後分布が0のところでは、$q$ も0であることが必要です）。
#
# 第1項を**変分下限**（ELBO, Evidence Lower BOund）、第2項を、$q$ の、事後分布に対する**カルバック・ライブラー情報量**
# $\mathrm{KL}(q \,\|\, p(z \mid x))$ といいます（向きがあり、2つを入れ替えると別の値になります）。KLは負になりません。$\log t \le t - 1$ なので、
#
# $$-\mathrm{KL} = \mathbb{E}_{q}\left[\log \frac{p(z \mid x)}{q(z)}\right]
# \le \mathbb{E}_{q}\left[\frac{p(z \mid x)}{q(z)} - 1\right] \le 1 - 1 = 0$$
#
# となるからです（最後の不等号：$p(z \mid x) / q(z)$ を $q$ で平均すると、$q > 0$ のところでの事後分布の積分になり、1を超えません）。したがって $\text{ELBO} \le \log p(x)$ です。ELBOは誤差ではなく**下限**であり、**両者の差は、$q$ と真の事後分布との
# KLにちょうど等しい**のです。**予想：** 下の表で、どの行でも同じ値になるのはどの列でしょう。

# %%
def bound(mean, std):
    """ELBO and KL of q = N(mean, std^2), sums over the grid, in nats: 2 numbers -> a dict.‖q = N(mean, std^2) のELBOとKL（格子の和、単位はナット）：数2つ -> 辞書。"""
    log_q = log_normal(z, mean, std)
    q = log_q.exp() * step
    return {"ELBO": (q * (log_joint - log_q)).sum().item(),
            "KL(q || posterior)‖KL(q || 事後分布)": (q * (log_q - log_posterior)).sum().item()}


candidates = [(m / 20, s / 20) for m in range(-40, 41) for s in range(1, 41)]
best = max(candidates, key=lambda q: bound(*q)["ELBO"])
gaps = pd.DataFrame({f"q = N({m}, {s}²)": bound(m, s) for m, s in [(0, 1), (1, 1), (1, 0.5), best]}).T
gaps["ELBO + KL"] = gaps.sum(axis=1)
gaps["log p(x)"] = log_p_x.item()
gaps.round(4)

# %%
print("ELBO + KL equals log p(x) to 3 digits:‖ELBO + KLはlog p(x)と小数第3位まで一致：",
      np.allclose(gaps["ELBO + KL"], log_p_x, atol=5e-4))
print("ELBO never above log p(x):‖ELBOはlog p(x)以下：", bool((gaps["ELBO"] <= log_p_x.item()).all()))

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: the sum of ELBO and KL, equal to log p(x) = -1.7252 in every row. Typical slip: "the ELBO", since it has log p(x) in its name; only the sum is fixed.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：ELBOとKLの和です。どの行でも log p(x) = -1.7252 に等しくなります。よくある誤答は「ELBO」です。一定なのは和だけです。

# %% tags=["instructor"]
assert np.allclose(gaps["ELBO + KL"], log_p_x, atol=5e-4)
assert (gaps["ELBO"] <= log_p_x.item()).all()

# %% [markdown] lang="en"
# The last two columns agree: the derivation holds for every $q$, good or bad. The better the $q$, the smaller the gap;
# raising the ELBO over $q$ *is* coming nearer to the posterior. But even the best $q$ leaves a gap. **Predict** why, before
# you look at the picture.

# %% [markdown] lang="ja"
# 最後の2列は一致しています。この式は、良い $q$ でも悪い $q$ でも成り立ちます。$q$ が良いほど差は小さくなります。つまり、$q$ を動かして
# ELBOを大きくすることは、事後分布に近づくことに**ほかなりません**。しかし、最良の $q$ でも差が残ります。なぜでしょうか。図を見る前に
# **予想**してください。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: no normal distribution has two peaks. The best $q$ sits on one of them; the KL left is 0.75 nats, near log 2 = 0.69.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：正規分布にはピークが1つしかないからです。最良の $q$ は片方のピークに重なり、KLは0.75ナット残ります。log 2 = 0.69に近い値です。

# %%
shown = z.abs() < 3.2
densities = {"prior p(z)‖事前分布 p(z)": log_normal(z, 0, 1),
             "posterior p(z | x)‖事後分布 p(z | x)": log_posterior,
             "best q(z)‖最良の q(z)": log_normal(z, *best)}
plots.lines({name: (z[shown], log.exp()[shown]) for name, log in densities.items()}, marks="-",
            title="Prior, posterior and the best q‖事前分布、事後分布、最良の q", xlabel="z",
            ylabel="density‖密度")

# %% [markdown] lang="en"
# Both $z \approx 1.2$ and $z \approx -1.2$ explain $x = 1.5$. A normal $q$ has one peak. Were it wide enough for both, it would put
# much of itself between them, where the posterior is almost 0, and this KL punishes that hard. So it takes one side and loses the
# other half: the gap is close to $\log 2 \approx 0.69$ nats. (A *nat* is the unit of information with the natural
# logarithm.) That a normal distribution is good enough is *assumption 3*, and the gap is what it costs (with several latents it includes that they are independent in $q$).
#
# ## The ELBO, ready for use
#
# With $p(x, z) = p(x \mid z)\, p(z)$ the ELBO splits once more:
#
# $$\text{ELBO} = \mathbb{E}_{q}\left[\log p(x \mid z)\right] - \mathrm{KL}(q(z) \,\|\, p(z))$$
#
# The first term asks: does a $z$ drawn from $q$ explain the picture? It is the **reconstruction**. The second asks: has
# $q$ moved far from the prior? Mind the sign: a *larger* KL makes the bound *smaller*. The prior, until now hidden in $p(x, z)$, has
# a term of its own here; this KL is not the gap, which is a KL to the posterior. For $q = N(\mu, \sigma^2)$ and prior $N(0, 1)$ it has a
# closed form:
#
# $$\mathrm{KL} = \frac{1}{2}\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right),$$
#
# summed over the latents. In code $\mu$ is `mean` and $\log\sigma^2$ is `log_var`. **Predict:** where is it 0?
# The formula against 100,000 random draws, with the standard error of their mean:

# %% [markdown] lang="ja"
# $z \approx 1.2$ でも $z \approx -1.2$ でも、$x = 1.5$ を説明できます。正規分布の $q$ にはピークが1つしかありません。両方を覆うほど
# 広げると、事後分布がほぼ0である中間にも多くを割り当てることになり、このKLはそれを厳しく罰します。そこで片方を選び、もう半分をあきらめます。差は $\log 2 \approx 0.69$ ナットに近い値になります（**ナット**は、自然対数を使うときの情報量の単位です）。
# 正規分布で十分だとするのが**仮定3**で、この差がその代償です。潜在変数がいくつもあるときは、$q$ の潜在変数どうしは独立とすることも含みます。
#
# ## 使える形のELBO
#
# $p(x, z) = p(x \mid z)\, p(z)$ を使うと、ELBOはもう一度2つに分かれます。
#
# $$\text{ELBO} = \mathbb{E}_{q}\left[\log p(x \mid z)\right] - \mathrm{KL}(q(z) \,\|\, p(z))$$
#
# 第1項は、$q$ からサンプリングした $z$ が画像をうまく説明できるかを問うもので、**再構成**の項です。第2項は、$q$ が事前分布からどれだけ離れたかを
# 問います。符号に注意してください。KLが**大きい**ほど、下限は**小さく**なります。これまで $p(x, z)$ の中にあった事前分布が、ここで独立した項になります。このKLは、さきほどの
# 「差」、つまり事後分布とのKLとは別のものです。$q = N(\mu, \sigma^2)$、事前分布が $N(0, 1)$ のとき、KLは次の式で書けます。
#
# $$\mathrm{KL} = \frac{1}{2}\left(\mu^2 + \sigma^2 - 1 - \log \sigma^2\right)$$
#
# 潜在変数がいくつもあれば、その和になります。コードでは $\mu$ が `mean`、$\log\sigma^2$ が `log_var` です。**予想：** この値が0になる
# のはどんなときでしょう。式の値を、10万個の乱数による平均（とその標準誤差）と比べます。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: only where μ = 0 and σ = 1, that is mean 0 and log_var 0. Typical slip: log_var = 1.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：μ = 0、σ = 1のとき、つまりmeanもlog_varも0のときだけです。よくある誤答は log_var = 1 です。

# %%
mean, log_var = torch.tensor([[1.0, -0.5]]), torch.tensor([[-1.0, 0.5]])     # one q, two latents‖q は1つ、潜在変数は2個
draws = mean + (log_var / 2).exp() * torch.randn(100_000, 2, generator=torch.Generator().manual_seed(1))
log_q = objectives.gaussian_log_density(draws, mean, log_var)                          # [100000]
log_prior = objectives.gaussian_log_density(draws, torch.zeros(2), torch.zeros(2))     # [100000]
ratio = log_q - log_prior
print("closed form:‖閉じた式：", f"{objectives.gaussian_kl(mean, log_var).item():.4f}")
print("mean of the draws:‖乱数の平均：", f"{ratio.mean():.4f} ± {ratio.std() / len(ratio) ** 0.5:.4f}")
print("KL of N(0, I) from itself:‖N(0, I) の、それ自身に対するKL：",
      objectives.gaussian_kl(torch.zeros(1, 2), torch.zeros(1, 2)).item())

# %% [markdown] lang="en"
# The two values should differ by no more than two or three standard errors. And the split itself, on the toy, for the
# four $q$ of the table:

# %% [markdown] lang="ja"
# 2つの値の差は、標準誤差の2〜3倍以内に収まるはずです。ELBOを2つに分けた式も、トイモデルの表にある4つの $q$ で確かめましょう。

# %%
def split(mean, std):
    """E_q[log p(x | z)] by the grid, KL(q || prior) in closed form: two numbers -> a dict.‖格子によるE_q[log p(x | z)]と、閉じた式によるKL(q || 事前分布)：数2つ -> 辞書。"""
    explained = (log_normal(z, mean, std).exp() * step * log_normal(1.5, z ** 2, 0.5)).sum().item()
    kl = 0.5 * (mean ** 2 + std ** 2 - 1 - math.log(std ** 2))
    return {"E log p(x|z)": explained, "KL(q || prior)‖KL(q || 事前分布)": kl}


chosen = [(0, 1), (1, 1), (1, 0.5), best]
parts = pd.DataFrame({name: split(m, s) for name, (m, s) in zip(gaps.index, chosen)}).T
parts["difference‖差"] = parts["E log p(x|z)"] - parts["KL(q || prior)‖KL(q || 事前分布)"]
parts["ELBO"] = gaps["ELBO"]
parts.round(4)

# %% [markdown] lang="en"
# Difference and ELBO agree. Each row is a trade-off: $N(0, 1)$ has a KL of 0 but explains $x$ badly; the best $q$
# has some KL and explains it much better.
#
# ## What blocks the gradient
#
# To raise the ELBO by gradients we need its derivative by $\mu$ and $\sigma$, the numbers that the encoder puts out.
# The KL is no problem: it is a formula. The reconstruction term is a mean $\mathbb{E}_q[f(z)]$ over *drawn* values of $z$ (in a VAE, $f(z) = \log p(x \mid z)$). **Predict:** can the
# gradient go back from a drawn number to $\mu$ and $\sigma$?

# %% [markdown] lang="ja"
# 差とELBOが一致しています。各行には、再構成とKLのトレードオフが現れています。$N(0, 1)$ ではKLは0ですが、再構成の項が悪くなります。最良の $q$ では、
# KLがいくらか増えるかわりに、再構成の項がずっと良くなります。
#
# ## 勾配を止めているもの
#
# 勾配を使ってELBOを大きくするには、エンコーダが出す $\mu$ と $\sigma$ についての微分が必要です。KLは式で書けるので、問題ありません。
# 一方、再構成の項は、**サンプリングした**値 $z$ についての平均 $\mathbb{E}_q[f(z)]$ です（VAEでは $f(z) = \log p(x \mid z)$）。**予想：** サンプリングした数から、$\mu$ と $\sigma$ へ勾配は伝わるでしょうか。

# %%
mean, std = torch.tensor(1.0, requires_grad=True), torch.tensor(0.5, requires_grad=True)
drawn = torch.distributions.Normal(mean, std).sample()
print("a drawn number carries a gradient:‖サンプリングした数は勾配を伝えるか：", drawn.requires_grad)
drawn = mean + std * torch.randn(())
print("mean + std * noise carries a gradient:‖mean + std * noise は勾配を伝えるか：", drawn.requires_grad)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: no, and yes with mean + std * noise. In PyTorch `.sample()` is cut off from the gradient by design; `.rsample()` is the reparameterised draw.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：伝わりません。mean + std * noise なら伝わります。PyTorchの `.sample()` は、勾配が伝わらないように作られています。再パラメータ化したものは `.rsample()` です。

# %% tags=["instructor"]
assert drawn.requires_grad
assert not torch.distributions.Normal(mean, std).sample((0,)).requires_grad

# %%
lesson.show_figure("reparameterization")

# %% [markdown] lang="en"
# It is the *sampling* that blocks the gradient, not the KL. **Reparameterisation** (Kingma and Welling, 2014; Rezende
# and others, 2014) draws the noise $\varepsilon \sim N(0, 1)$ outside and computes $z = \mu + \sigma \varepsilon$. This
# $z$ has exactly the distribution $N(\mu, \sigma^2)$. Nothing is approximated; the dependence on $\mu$ and $\sigma$ is
# merely written so that it can be differentiated.
#
# There is another exact way, the **score-function** gradient (also called REINFORCE): the mean of
# $f(z)\, \partial \log q(z) / \partial \mu$, which never differentiates $f$. Let us compare them on
# $f(z) = (z - 3)^2$ with $\mu = 1$, $\sigma = 0.5$, where
# $\mathbb{E}[f] = (\mu - 3)^2 + \sigma^2$, so that the true derivative by $\mu$ is $2(\mu - 3) = -4$.
# **Predict:** will both means come out at $-4$? Which will need more draws?

# %% [markdown] lang="ja"
# 勾配を止めているのは**サンプリング**であって、KLではありません。**再パラメータ化**（Kingma・Welling 2014、Rezendeら 2014）では、雑音
# $\varepsilon \sim N(0, 1)$ を外でサンプリングし、$z = \mu + \sigma \varepsilon$ と計算します。この $z$ の分布は、厳密に $N(\mu, \sigma^2)$ です。
# 近似は何もしていません。$\mu$ と $\sigma$ への依存を、微分できる形に書き直しただけです。
#
# 厳密な方法はもう1つあります。$f(z)\, \partial \log q(z) / \partial \mu$ を平均する**スコア関数**法（REINFORCEとも呼ばれます）で、
# $f$ を微分せずに済みます。$f(z) = (z - 3)^2$、$\mu = 1$、$\sigma = 0.5$ で、2つを比べましょう。
# $\mathbb{E}[f] = (\mu - 3)^2 + \sigma^2$ なので、$\mu$ についての真の微分は $2(\mu - 3) = -4$ です。**予想：** 平均はどちらも $-4$ に
# なるでしょうか。より多くの乱数が必要なのはどちらでしょう。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: both means are -4 within their standard errors; the score function has about 120 times the variance (true values: 123.75 against 1), so it needs that many times the draws.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：平均はどちらも標準誤差の範囲で-4です。スコア関数法の分散は約120倍（真の値は123.75と1）なので、乱数も約120倍必要です。

# %%
mu, sigma = 1.0, 0.5
eps = torch.randn(100_000, generator=torch.Generator().manual_seed(2))
drawn = mu + sigma * eps
by_path = 2 * (drawn - 3)                                  # df/dz times dz/dmu = 1‖df/dz × dz/dmu（= 1）
by_score = (drawn - 3) ** 2 * (drawn - mu) / sigma ** 2    # f times d log q / dmu‖f × d log q / dmu
gradients = {"reparameterised‖再パラメータ化": by_path, "score function‖スコア関数": by_score}
race = {name: {"mean‖平均": g.mean().item(), "± standard error‖± 標準誤差": g.std().item() / len(g) ** 0.5,
               "true value‖真の値": 2 * (mu - 3), "variance‖分散": g.var().item()}
        for name, g in gradients.items()}
print("ratio of the variances:‖分散の比：", round((by_score.var() / by_path.var()).item()))
pd.DataFrame(race).T.round(4)

# %% [markdown] lang="en"
# Both are right on average (such an estimate is called *unbiased*). But one draw of the score function varies far more: for the same standard error
# it needs as many times more draws as the printed factor says. This, and the
# averaging over a batch of pictures, is why one single noise vector for each picture is enough to train a VAE.
#
# ## The model
#
# Now every part has its network. The encoder puts out $\mu$ and $\log \sigma^2$ of *its own* $q(z \mid x)$ for each picture,
# the decoder puts out a **logit** for each pixel (its output before the sigmoid: the white it draws is $p_i = \mathrm{sigmoid}(\text{logit})$),
# and the loss is the negative ELBO. With `latent` latents the encoder's last layer has
# 2 · `latent` outputs; `chunk(2)` cuts them into $\mu$ and $\log \sigma^2$.

# %% [markdown] lang="ja"
# どちらも、平均すれば正しい値になります（これを**不偏**といいます）。しかし、スコア関数法は1サンプルあたりの分散がずっと大きく、同じ標準誤差を得るには、表示された倍率の
# 分だけ多くの乱数が必要です。このことと、バッチの画像について平均することのおかげで、
# VAEの学習では画像1枚につき雑音ベクトル1本で足りるのです。
#
# ## モデル
#
# これで、すべての部分にネットワークを割り当てられます。エンコーダは、画像ごとに**その画像のための** $q(z \mid x)$ の $\mu$ と
# $\log \sigma^2$ を出します。デコーダは画素ごとに**ロジット**（シグモイドを付ける前の出力）を出し、描く白さは $p_i = \mathrm{sigmoid}(\text{ロジット})$ です。損失は、ELBOの符号を変えたものです。エンコーダの最後の層の出力は、
# 潜在変数の個数の2倍あり、`chunk(2)` でそれを $\mu$ と $\log \sigma^2$ に分けます。

# %%
lesson.show_figure("vae")

# %%
lesson.show_source(models.VAE.encode, models.VAE.sample, models.VAE.loss,
                   objectives.gaussian_kl, objectives.bernoulli_nll)

# %%
untrained = models.VAE((784, 128, 32, 2), hidden=nn.SiLU)
x = mnist.train.images[:5]                     # [5, 1, 28, 28]
mean, log_var = untrained.encode(x)            # two [5, 2]‖[5, 2] が2つ
drawn = untrained.sample(mean, log_var)        # [5, 2]: new noise for each picture‖[5, 2]：雑音は画像ごとに別
logits = untrained.logits(drawn)               # [5, 1, 28, 28]
print(mean.shape, log_var.shape, drawn.shape)
print(logits.shape, objectives.bernoulli_nll(logits, x).shape)

# %% tags=["instructor"]
assert mean.shape == log_var.shape == drawn.shape == (5, 2)
assert logits.shape == (5, 1, 28, 28)
assert objectives.bernoulli_nll(logits, x).shape == (5,)

# %% [markdown] lang="en"
# Two conventions decide what a VAE's loss means, and both are easy to get wrong.
#
# * The pixel's probability is a **Bernoulli** term: $\log p(x \mid z) = \sum_i \left[x_i \log p_i + (1 - x_i) \log(1 - p_i)\right]$, where
#   $p_i$ is the white that the decoder draws. For pixels that are 0 or 1 this is a true **likelihood** (how probable the model makes the data). Our pixels are grey, so the
#   same formula is a *loss*, called **grey BCE** (binary cross-entropy): it cannot reach 0 even for a perfect
#   reconstruction.
# * It is **summed** over the 784 pixels, the KL is summed over the latents, and both are then averaged over pictures.
#
# Before training, the two marks to compare with: the floor of a perfect copy, and the mean image.

# %% [markdown] lang="ja"
# VAEの損失の値は、次の2つの決め方によって変わります。どちらもまちがえやすいところです。
#
# * 画素の確率は**ベルヌーイ分布**の項です。$\log p(x \mid z) = \sum_i \left[x_i \log p_i + (1 - x_i) \log(1 - p_i)\right]$ で、$p_i$ は
#   デコーダが描いた白さです。画素が0か1なら、これは本物の**尤度**（そのモデルのもとで、データがどれくらい起こりやすいか）です。しかし、ここで使う画素には灰色があるので、同じ式はただの**損失**です。
#   これを**灰色BCE**（二値交差エントロピー）と呼ぶことにします。完全に再構成できても0にはなりません。
# * これを784画素について**合計**し、KLは潜在変数について合計します。そのあとで、両方を画像について平均します。
#
# 学習の前に、比べる相手を2つ用意します。入力をそのまま写したときの値（これより下がらない底）と、平均画像の値です。

# %%
def grey_bce(p, x):
    """Grey BCE, sum over pixels, mean over pictures, nats: p, x [B, 1, H, W] -> a number.‖灰色BCE。画素について合計、画像について平均（ナット）：p、x [B, 1, H, W] -> 数。"""
    return -(torch.xlogy(x, p) + torch.xlogy(1 - x, 1 - p)).flatten(1).sum(1).mean().item()


mean_image = mnist.train.images.mean(0).clamp(1e-4, 1 - 1e-4)
marks = {"mean image‖平均画像": grey_bce(mean_image.expand_as(test), test),
         "perfect copy‖完全な複写": grey_bce(test, test)}
print({name: round(value, 1) for name, value in marks.items()}, "nats, test pictures‖ナット（テスト画像）")

# %% [markdown] lang="en"
# **Predict:** where between these marks will the loss end? And which of its two parts will be larger, the
# reconstruction (`nll`) or the KL? (About ten seconds.) Write your guess of the loss in the next cell, in the place of `...`.

# %% [markdown] lang="ja"
# **予想：** 損失は、この2つの値の間のどのあたりに落ち着くでしょう。また、再構成（`nll`）とKLでは、どちらが大きくなるでしょうか
# （10秒ほどかかります）。損失の予想を、次のセルの `...` と書き換えてください。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** On full MNIST: mean image 205.8, perfect copy 45.5, the loss about 145 nats, of which KL about 6. As a scale for the KL ask how many nats the label alone is worth (at most 2.3).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 完全なMNISTでは、平均画像205.8、完全な複写45.5に対して、損失は約145ナット、そのうちKLは約6ナットです。KLの大きさの目安として、ラベルだけなら何ナットか（最大2.3）を問いかけてください。

# %%
guess = ...  # the test loss in nats‖テスト損失（ナット）

# %%
def keep_samples(history, model):
    """Decode the same forty points after each epoch.‖エポックごとに、同じ40個の点をデコードする。"""
    sampled.append(latent.decode(model, noise))


vae = models.VAE((784, 128, 32, 2), hidden=nn.SiLU)
sampled = [latent.decode(vae, noise)]                # samples before training‖学習前のサンプル
history = training.fit(vae, mnist, **schedule,
                       on_epoch=[plots.LiveCurve(loss="nats‖ナット", levels=marks), keep_samples])

# %%
print("negative ELBO, test pictures, nats:‖ELBOの符号を変えた値（テスト画像、ナット）：",
      {name: round(history.best[f"test_{name}"], 1) for name in ("loss", "nll", "kl")})
lesson.compare(guess, history.best["test_loss"], near=5)
columns = ["epoch", "train_loss", "val_loss", "test_loss", "test_nll", "test_kl"]
history.table[columns].iloc[[0, 1, -2, -1]].round(1)

# %% [markdown] lang="en"
# The reconstruction costs most; the KL is a few nats. Read it as information: at most so many nats about the picture pass
# through the bottleneck. It is near 0 only when nothing passes. A loss above the mean image's would mean that nothing was learned; most of the
# distance to the perfect copy is what two numbers and this small network cannot hold (the rest is the KL).
#
# Now sample again, from the same forty points, after every epoch. **Predict:** will there be smudges?

# %% [markdown] lang="ja"
# 大部分は再構成の項で、KLは数ナットです。KLは情報量として読めます。ボトルネックを通る、画像についての情報は、多くてもこれだけです。ほぼ0なら、何も通っていません。
# 損失が平均画像の値より大きければ、何も学べていません。完全な複写との差の大部分は、2個の数とこの小さなネットワークに収まらなかったもので、残りはKLの項です。
#
# では、同じ40点で、もう一度サンプルを生成します。エポックごとに見てみましょう。**予想：** ぼやけた塊は残るでしょうか。

# %%
names = ["untrained‖学習前"] + [f"epoch {epoch}‖{epoch}エポック" for epoch in history.table["epoch"]]
widgets.frame_slider(sampled, names)

# %% [markdown] lang="en"
# There are more kinds of digit now. Some blur or stand between two kinds: not every smudge is gone, but most of the
# holes are. The two maps show what has changed:

# %% [markdown] lang="ja"
# 今度は数字の種類が増えました。ぼやけたものや、2つの数字の中間のようなものは残っていますが、穴のほとんどはなくなりました。
# 何が変わったのか、2つの地図を比べてみましょう。

# %%
planes = {"autoencoder‖オートエンコーダ": latent.embed(plain, test),
          "VAE (means)‖VAE（平均）": latent.embed(vae, test)}
plots.latent_planes(planes, labels, prior=True)

# %% [markdown] lang="en"
# The KL has pulled the cloud onto the circles and closed most of the gaps, and the reconstruction keeps the digits
# apart. Each picture now is a small distribution $q(z \mid x)$ rather than a dot: the decoder has seen points all around it, so the
# neighbourhood decodes to the same digit. As a check, latents drawn from these distributions of all test pictures should have, over the whole
# cloud, a mean not far from 0 and a standard deviation not far from 1 (not exactly: the reconstruction pushes them
# apart, against the KL, so the cloud may be a little wider):

# %% [markdown] lang="ja"
# KLの項が点の集まりを円のあたりへ引き寄せ、隙間をほとんど埋めました。再構成の項は、数字どうしを引き離しています。画像1枚は、いまや1つの点では
# なく、小さな分布 $q(z \mid x)$ です。デコーダは点のまわりも見て学習したので、近くをデコードしても同じ数字が出ます。確認のため、
# すべてのテスト画像について、それぞれの $q(z \mid x)$ から潜在変数をサンプリングします。全体の平均は0から、標準偏差は1から、それほど離れていないはずです（ぴったり一致はしません。再構成の項が、KLに逆らって分布どうしを押し離すので、少し広めになることがあります）。

# %%
with torch.no_grad():
    mean, log_var = vae.to("cpu").encode(test)
    drawn = vae.sample(mean, log_var)                            # [N, 2]
print("all samples, mean:‖全サンプルの平均：", drawn.mean(0).numpy().round(2))
print("all samples, standard deviation:‖全サンプルの標準偏差：", drawn.std(0).numpy().round(2))
print("standard deviation of one q(z | x):‖1枚の q(z | x) の標準偏差：", (log_var / 2).exp().mean(0).numpy().round(2))

# %% [markdown] lang="en"
# Divide the standard deviation of the whole cloud by that of one $q(z \mid x)$: roughly so many of them fit side by side along an axis. If each had mean 0 and
# standard deviation 1, it would be the prior itself: nothing would pass.

# %% [markdown] lang="ja"
# 全体の標準偏差を1枚の $q(z \mid x)$ の標準偏差で割ると、軸に沿って分布がいくつ並ぶかの目安になります。もしどの分布も平均0、標準偏差1なら、事前分布そのもので、何も伝わっていません。

# %% [markdown] lang="en"
# ## Every place decodes
#
# So decode them all: a grid over the plane, spaced so that each cell holds an equal share of $N(0, I)$. Latent 1 grows to the
# right, latent 2 grows upwards, as on the map. **Predict** from the map which digit sits in the top right corner.

# %% [markdown] lang="ja"
# ## どこをデコードしても
#
# それなら、全部デコードしてしまいましょう。どのマスも $N(0, I)$ の等しい割合を受け持つような間隔で、平面に格子を張ります。地図と同じく、
# 潜在変数1は右へ、潜在変数2は上へ増えます。右上の隅にはどの数字があるでしょう。地図を見て**予想**してください。

# %%
plots.show_images(latent.decode_grid(vae, steps=15), 15, "The decoded plane‖デコードした平面", width=6)

# %% [markdown] lang="en"
# Compare the top right corner with your guess and with the map. Blends mark the borders; one shape everywhere would mean that the training failed.
#
# Move over the plane below: the decoder runs in your browser, so the picture follows at once. Click two points to see the interpolation
# between them. (The same page stands alone in `build/04_explorer.html`: it needs neither Python nor the internet.)

# %% [markdown] lang="ja"
# 右上の隅を、予想や地図と比べてください。混ざり合った形は、数字どうしの境目です。どこも同じ形なら、学習に失敗しています。
#
# 下の平面の上でポインタを動かしてみてください。デコーダはブラウザの中で動くので、絵がすぐについてきます。2か所をクリックすると、その間の
# 補間が見られます（同じものが `build/04_explorer.html` にもあります。Pythonもインターネットもいりません）。

# %%
view = explorer.LatentExplorer(vae, latent.embed(vae, test)[:3000], labels[:3000], prior=True)
view.save("build/04_explorer.html")
view

# %% [markdown] lang="en"
# ## Interpolation
#
# Back to the two faces, with digits. Take a test picture of a 0 and one of a 7, and **interpolate** between their latents: eleven
# points on a straight line. In the second picture below, the lower row mixes the *pixels*. **Predict** from the map: which digits will the line pass?

# %% [markdown] lang="ja"
# ## 補間
#
# 最初の2つの顔の話に、数字で戻りましょう。0と7のテスト画像を1枚ずつ選び、2枚の潜在変数の間を、直線上の11個の点で**補間**します。2つめの図の下の段は、
# **画素**を混ぜたものです。地図を見て**予想**してください。途中でどの数字を通るでしょう。

# %%
zero, seven = (int((labels == digit).nonzero()[0]) for digit in (0, 7))
start, end = latent.embed(vae, test[[zero, seven]])                          # two latents [2]‖潜在変数 [2] が2組
walk = latent.interpolate(start, end, steps=11)                              # [11, 2]
share = torch.linspace(0, 1, 11)[:, None, None, None]
mixed = (1 - share) * test[zero] + share * test[seven]                       # [11, 1, 28, 28]
plots.latent_plane(latent.embed(vae, test), labels, walk=walk,
                   title="Interpolation from a 0 to a 7‖0から7への補間")

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Let students read the kinds along the line on the map first, and then compare with the pictures. The names stand at the medians of the kinds and can mislead where a kind lies in two places.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** まず地図の線に沿って数字を読ませ、それから絵と比べさせてください。数字の名前は中央値の位置にあるので、2か所に分かれている数字では当てになりません。

# %%
plots.compare_rows({"latents‖潜在変数": latent.decode(vae, walk), "pixels‖画素": mixed},
                   "Between a 0 and a 7‖0と7の間")

# %% [markdown] lang="en"
# In pixels, one digit fades out while the other fades in: a double exposure. In the latents, one shape becomes the other, through
# what lies between them on the map. The same between two points of $N(0, I)$, and from a 0 to a 9 by way of one
# test picture of each digit. (Where one of these is drawn as another digit, two numbers were not enough to tell it from its neighbours.)

# %% [markdown] lang="ja"
# 画素を混ぜると、一方が薄れ、他方が浮かび上がるだけの二重写しです。潜在変数では、形そのものが変わっていき、地図の上で2つの間にあるものを
# 通ります。$N(0, I)$ からサンプリングした2点の間と、各数字のテスト画像を1枚ずつつないだ、0から9までの補間も見てみましょう（そのうちの1枚が別の数字として描かれたら、2個の数では
# 隣の数字と区別しきれなかったということです）。

# %%
firsts = [int((labels == digit).nonzero()[0]) for digit in range(10)]       # a test picture of each‖各数字のテスト画像
stops = latent.embed(vae, test[firsts])                                     # [10, 2]
legs = [latent.interpolate(a, b, steps=6) for a, b in zip(stops, stops[1:])]  # nine [6, 2]‖[6, 2] が9つ
at_random = latent.interpolate(*noise[:2].numpy(), steps=11)
plots.show_images(latent.decode(vae, at_random), 11, "Between two points of N(0, I)‖N(0, I) の2点の間", width=7)

# %%
plots.show_images(latent.decode(vae, np.concatenate(legs)), 6, "From each digit to the next‖各数字から次の数字へ",
                  row_names=[f"{digit} to {digit + 1}‖{digit}から{digit + 1}" for digit in range(9)], width=4.5)

# %% [markdown] lang="en"
# ## Why distances between pixels mislead
#
# An elephant, a husky, a white Shiba: by eye the two dogs are neighbours, and the elephant is far from both. Pixel by pixel the grey
# husky may be nearer to the grey elephant than to the white Shiba. The **manifold hypothesis** says that real pictures lie near a thin, curved sheet in the space of all
# pixels, like points on a rolled carpet. Straight through the air is short, but leads off the sheet. **Predict** for the cell after the drawing: how many of a point's ten nearest
# neighbours lie on another turn of the roll, when there are many points, and when there are few?

# %% [markdown] lang="ja"
# ## 画素の距離があてにならない理由
#
# ゾウ、ハスキー犬、白い柴犬。目で見れば、近いのは2匹の犬で、ゾウだけが遠くにいます。ところが画素どうしを比べると、灰色のハスキーは、白い柴犬よりも灰色のゾウに
# 近いかもしれません。**多様体仮説**とは、本物の画像は、画素全体の空間の中で、丸めたじゅうたんのような、薄く曲がった面の近くに集まっているという考えです。空中を
# まっすぐ進めば近くても、それは面から外れた道なのです。図のあとのセルについて**予想：** 点が多いときと少ないとき、ある点に最も近い10点のうち、じゅうたんの別の層にあるのはどれくらいの割合でしょうか。

# %%
lesson.show_figure("swiss_roll")

# %%
for count in (100, 400):
    points, along = make_swiss_roll(count, random_state=0)    # [N, 3], angle on the roll [N]‖[N, 3] と、巻きに沿った角度 [N]
    distances = np.linalg.norm(points[:, None] - points[None], axis=2)  # straight lines [N, N]‖直線距離 [N, N]
    nearest = distances.argsort(axis=1)[:, 1:11]              # ten neighbours, not itself‖自分を除く近い10点
    astray = np.abs(along[nearest] - along[:, None]) > np.pi  # more than half a turn‖巻きに沿って半周より遠い
    print(f"{count} points: {100 * astray.mean():.0f} % of neighbours on another turn‖{count}点：近い点の{100 * astray.mean():.0f} %が別の層")

# %% [markdown] lang="en"
# With many points the nearest neighbour is a true neighbour; with few, straight distance goes astray. Handwriting varies in many more
# than two ways, so even 60,000 pictures are thinly spread. On digits we can measure which neighbours to trust: shift each test picture one pixel to the right, and let its ten nearest among
# 2,000 training pictures (all, if there are fewer) vote on its label, by pixels and by the latents of a VAE with twenty of them.
# First that network, 784-200-20. **Predict** its loss: 20 numbers instead of 2 (about half a minute).

# %% [markdown] lang="ja"
# 点が十分に多ければ、最も近い点は、面に沿っても本当に近い点です。少ないと、まっすぐ測った距離は当てになりません。筆跡の変わり方は2通りよりずっと多いので、6万枚の画像でも、まばらに散らばっています。
# どの近傍点を信用できるかは、数字の画像で測れます。テスト画像を1画素だけ右にずらし、2,000枚（少なければ全部）の訓練画像のうち最も近い10枚の
# 多数決で、ラベルを当てさせます。近さは、画素と、潜在変数が20個のVAEの潜在変数との2通りで測ります。
# まず、その784-200-20のネットワークを学習させます。**予想：** 潜在変数が2個から20個になると、損失はどう変わるでしょう（30秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** On full MNIST: about 102 nats, of which KL about 25. Ask before the samples are shown whether a smaller loss means better ones; quite a few of the forty are no digit.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 完全なMNISTでは約102ナット、そのうちKLは約25ナットです。サンプルを見る前に、損失が小さければサンプルも良くなるかを問いかけてください。40枚のうち、数字と読めないものがかなりあります。

# %%
guess = ...  # the test loss in nats‖テスト損失（ナット）

# %%
wide = models.VAE((784, 200, 20), hidden=nn.SiLU)
wide_sampled = []
noise_20 = torch.randn(40, 20, generator=torch.Generator().manual_seed(3))
longer = schedule | {"epochs": 2 * schedule["epochs"]}


def keep_wide_samples(history, model):
    """The same with twenty latents.‖潜在変数20個で同じことをする。"""
    wide_sampled.append(latent.decode(model, noise_20))


wide_history = training.fit(wide, mnist, **longer, progress=False, on_epoch=keep_wide_samples)
lesson.compare(guess, wide_history.best["test_loss"], near=5)
both = pd.DataFrame({"2 latents‖潜在変数2個": history.best, "20 latents‖潜在変数20個": wide_history.best}).T
both[["test_loss", "test_nll", "test_kl", "seconds"]].round(1)

# %% [markdown] lang="en"
# Test loss in nats, grey BCE summed over pixels plus KL, as before. With twenty latents more nats pass (`test_kl`), and each
# saves more than one nat of reconstruction. (This run also had twice the epochs and wider layers, so not all of the difference is due to the number of
# latents.) Samples of this VAE at five moments of its training:

# %% [markdown] lang="ja"
# テスト損失の単位はナットで、これまでと同じく、画素について合計した灰色BCEとKLの和です。潜在変数が20個になると、より多くの情報
# （`test_kl`）が通り、KLが増えた分より、再構成の損失が減った分のほうが大きくなっています（エポック数が2倍で、層の幅も違うので、差のすべてが潜在変数の個数によるとはいえません）。このVAEのサンプルを、学習中の5つの時点で見てみましょう。

# %%
every = max(1, len(wide_sampled) // 5)
moments = range(every - 1, len(wide_sampled), every)
widgets.frame_slider([wide_sampled[m] for m in moments], [f"epoch {m + 1}‖{m + 1}エポック" for m in moments])

# %% [markdown] lang="en"
# Sharper strokes, but quite a few of the forty are no digit. **A smaller loss does not mean better samples:** the loss asks how well *given* pictures are
# explained, and twenty latents do that with distributions $q(z \mid x)$ that cover little of the wide space $N(0, I)$ in twenty dimensions; a random point mostly
# falls between them. A weight for the balance of reconstruction and sampling follows below (beta). Now the shift. **Predict:** which vote loses more by it?

# %% [markdown] lang="ja"
# 線はくっきりしましたが、数字と読めないものがかなりあります。**損失が小さいほど良いサンプルが得られる、とは限りません。** 損失が問うのは、**与えられた**画像をどれだけうまく説明できるかです。潜在変数が20個になると、
# 説明はうまくなりますが、20次元の $N(0, I)$ は広く、画像の $q(z \mid x)$ はそのごく一部しか覆いません。サンプリングした点は、たいていその間に落ちます。再構成とサンプリングの釣り合いは、あとで**ベータ**という重みで変えます。
# では、画像をずらしてみましょう。**予想：** 1画素ずらしたとき、正解率がより大きく下がるのは、画素と20個の潜在変数のどちらでしょう。

# %%
def vote(place):
    """Accuracy of ten neighbours, before and after a shift; place turns pictures into points.‖近い10枚の多数決の正解率（ずらす前、ずらした後）。placeは画像を点に変える関数。"""
    pictures, names = mnist.train.images[:2000], mnist.train.labels[:2000]
    return [latent.neighbour_accuracy(place(pictures), names, place(shown), labels[:2000])
            for shown in (test[:2000], test[:2000].roll(1, dims=3))]


votes = {"pixels‖画素": vote(lambda x: x.flatten(1)),
         "20 latents‖潜在変数20個": vote(lambda x: latent.embed(wide, x))}
pd.DataFrame(votes, index=["as they are‖そのまま", "one pixel to the right‖右へ1画素"]).round(3)

# %% [markdown] lang="en"
# Compare down each column: how much does one pixel cost? (Differences below a percent may be chance, with 2,000 pictures.) And along each row: who is right more often? A higher
# accuracy is one thing, less harm from a shift is another: look at the two drops (if they differ by less than a percent, neither suffers clearly more). Nobody told this encoder that a shifted digit is
# the same digit. (It was also trained on all training pictures; the vote by pixels knows only 2,000.)
#
# ## Sums and means: a mistake on purpose
#
# Many programs average the reconstruction over the pixels and leave the KL a sum. That divides the first term by 784.
# **Predict:** what will the network do with the KL, now that the reconstruction has 784 times less weight? (About ten seconds.)

# %% [markdown] lang="ja"
# 列を上から下へ見ると、1画素ずらしただけでどれだけ悪くなるかがわかります（1ポイントに満たない差は、2,000枚では偶然かもしれません）。行を左から右へ見ると、どちらがよく当たるかがわかります。よく当たることと、ずれに強いことは
# 別です。2つの下がり方を比べてください（差が1ポイント未満なら、どちらがずれに強いともいえません）。ずらしても同じ数字だとは、このエンコーダに誰も教えていません（しかも、エンコーダは訓練画像全部で学習しましたが、画素の多数決が使うのは2,000枚だけです）。
#
# ## 合計と平均：わざとまちがえてみる
#
# 再構成の項を画素について**平均**し、KLは**合計**のままにしているプログラムをよく見かけます。第1項は784分の1になります。**予想：** 再構成の項の重みが
# 784分の1になると、ネットワークはKLをどうするでしょう（10秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: the KL goes to 0. A gain of 784 times less does not pay for any KL. The same mistake in other people's code: `F.mse_loss` beside a summed KL.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：KLは0になります。再構成の改善が784分の1に数えられるので、KLの増加に見合いません。よくあるプログラムのまちがいとして、`F.mse_loss` と合計したKLの組み合わせを見せてください。

# %%
def averaged(logits, x):
    """The mistake, a mean over pixels: two [B, 1, H, W] -> [B].‖まちがい：画素について平均する。[B, 1, H, W] 2つ -> [B]。"""
    return objectives.bernoulli_nll(logits, x) / 784


collapsed = models.VAE((784, 128, 32, 2), hidden=nn.SiLU, nll=averaged)
collapse = training.fit(collapsed, mnist, **short, progress=False)
print("KL in nats, with the mean:‖平均のときのKL（ナット）：", f"{collapse.best['test_kl']:.4f}")
print("KL in nats, with the sum:‖合計のときのKL（ナット）：", f"{history.best['test_kl']:.1f}")
drawings = {"input‖入力": test[:10], "sum‖合計": latent.reconstruct(vae, test[:10]),
            "mean‖平均": latent.reconstruct(collapsed, test[:10])}
plots.compare_rows(drawings, "Reconstructions: sum and mean‖再構成：合計と平均")

# %% [markdown] lang="en"
# This is **posterior collapse**: nothing passes the bottleneck, the KL is near 0, and the decoder draws the mean image. The value of the
# loss alone would not have shown it, for it looks small; the mean image's value, divided by 784 too, would. In lesson 02 a mean was fine, since there was only one term; with two terms the
# scale between them *is* the model.
#
# ## Bernoulli or Gaussian
#
# Instead of a Bernoulli term, each pixel may have a **normal** distribution around the decoder's value $\hat{x}_i$ with a fixed
# standard deviation $s$:
#
# $$-\log p(x \mid z) = \frac{1}{2 s^2} \sum_i (x_i - \hat{x}_i)^2 + \frac{784}{2} \log(2 \pi s^2)$$
#
# Here $\hat x_i$ is the sigmoid of the logit, and $s$ is `std` in code. Check: a perfect copy with $s = 0.1$ costs $392 \log 0.0628 \approx -1085$ nats.
# So the squared error is a likelihood too, and $s$ sets its weight: the smaller $s$, the more an error weighs beside the KL. The losses
# of a Bernoulli and a Gaussian model may not be compared: one is grey BCE, the other a density, which can exceed 1, so that its loss can
# even be negative. MSE and KL may.
# **Predict:** $s = 0.1$ or $s = 0.5$: which gives the larger KL? (About twenty seconds.)

# %% [markdown] lang="ja"
# これを**事後分布の崩壊**（posterior collapse）といいます。潜在変数に何の情報も入らず、KLはほぼ0で、デコーダは平均画像を描くだけです。損失は小さく
# 見えるので、値だけでは気づけません（平均画像の値も784で割って並べれば、わかります）。第2回では項が1つだけだったので平均でもかまいませんでした。項が2つあるときは、その
# 釣り合いで、どんなモデルになるかが決まります。
#
# ## ベルヌーイか、ガウスか
#
# ベルヌーイ分布のかわりに、各画素が、デコーダの値 $\hat{x}_i$ を中心とし、決まった標準偏差 $s$ をもつ**正規分布**に従うとすることも
# できます。
#
# $$-\log p(x \mid z) = \frac{1}{2 s^2} \sum_i (x_i - \hat{x}_i)^2 + \frac{784}{2} \log(2 \pi s^2)$$
#
# $\hat x_i$ はロジットのシグモイド、$s$ はコードでは `std` です。検算：$s = 0.1$ で完全に写せたなら、$392 \log 0.0628 \approx -1085$ ナットです。
# つまり、二乗誤差も1つの尤度であり、$s$ がその重みを決めます。$s$ が小さいほど、KLに比べて誤差の重みが大きくなります。ベルヌーイとガウスの損失どうしは比べてはいけません。
# 一方は灰色BCE、もう一方は確率密度で、密度は1を超えられるため、損失が負になることさえあります。MSEとKLなら比べられます。**予想：** $s = 0.1$ と $s = 0.5$ では、
# どちらのKLが大きくなるでしょう（20秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: s = 0.1; on full MNIST a KL of about 16 against 5.5 nats, while the MSE hardly differs (0.039 and 0.041). Mean instead of sum, s and β all set one thing, the weight of the KL.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：s = 0.1です。完全なMNISTでは、KLは約16ナットと5.5ナット、MSEはほとんど同じ（0.039と0.041）です。合計を平均に替えること、s、βは、どれもKLの重みを変えています。

# %%
guess = ...  # 0.1 or 0.5‖0.1か0.5

# %%
def gaussian(std):
    """The loss of a normal distribution at each pixel: std -> a function.‖各画素が正規分布のときの損失：std -> 関数。"""
    return lambda logits, x: objectives.gaussian_nll(logits, x, std)


likelihoods = {"Bernoulli‖ベルヌーイ": objectives.bernoulli_nll, "Gaussian, s = 0.1‖ガウス、s = 0.1": gaussian(0.1),
               "Gaussian, s = 0.5‖ガウス、s = 0.5": gaussian(0.5)}
by_nll, drawings = {}, {"input‖入力": test[:10]}
for name, nll in likelihoods.items():
    net = models.VAE((784, 128, 32, 2), hidden=nn.SiLU, nll=nll)
    run = training.fit(net, mnist, **short, progress=False)
    drawings[name] = latent.reconstruct(net, test[:10])
    by_nll[name] = {"test loss‖テスト損失": run.best["test_loss"], "test KL‖テストKL": run.best["test_kl"],
                    "test MSE‖テストMSE": (latent.reconstruct(net, test) - test).square().mean().item()}

# %%
kl = {s: by_nll[f"Gaussian, s = {s}‖ガウス、s = {s}"]["test KL‖テストKL"] for s in (0.1, 0.5)}
lesson.compare(guess, max(kl, key=kl.get))
pd.DataFrame(by_nll).T.round(4)

# %%
plots.compare_rows(drawings, "The same network, three likelihoods‖同じネットワーク、3つの尤度")

# %% [markdown] lang="en"
# With the smaller $s$ errors weigh more, so more nats pass and the MSE falls; with $s = 0.5$ errors weigh little, and the KL stays small instead.
# If the KL has grown much and the MSE has fallen little, the limit is no longer the weight, but the two numbers and the network.
# (From Bernoulli to Gaussian read only the columns KL and MSE.)
#
# ## The weight of the KL: beta
#
# The weight of the KL can also be set directly: $\text{loss} = \text{nll} + \beta\,\mathrm{KL}$ (Higgins and others, 2017). Only
# $\beta = 1$ gives the negative ELBO. **Predict** for $\beta = 0.1$, 1 and 5, with twenty latents: which reconstructs
# best, which gives the best samples? (About twenty seconds.)

# %% [markdown] lang="ja"
# $s$ が小さいと誤差の重みが大きいので、より多くの情報が通り、MSEは小さくなります。$s = 0.5$ では誤差の重みが小さいので、かわりにKLが小さく抑えられます。KLが大きく増えてもMSEがあまり減っていなければ、限界は重みではなく、2個という数やネットワークのほうにあります
# （ベルヌーイとガウスの行を比べてよいのは、KLとMSEの列だけです）。
#
# ## KLの重み：ベータ
#
# KLの重みは、直接決めることもできます。$\text{loss} = \text{nll} + \beta\,\mathrm{KL}$ です（Higginsら 2017）。ELBOの符号を変えたものに
# なるのは $\beta = 1$ のときだけです。潜在変数を20個として、$\beta = 0.1$、1、5を比べます。**予想：** 再構成が最も良いのは
# どれでしょう。サンプルが最も良いのはどれでしょう（20秒ほどかかります）。

# %%
by_beta, samples_by_beta = {}, []
for beta in (0.1, 1, 5):
    net = models.VAE((784, 200, 20), hidden=nn.SiLU, beta=beta)
    run = training.fit(net, mnist, **short, progress=False)
    with torch.no_grad():
        mean, log_var = net.to("cpu").encode(test[:1000])                   # two [1000, 20]‖[1000, 20] が2つ
    each = 0.5 * (mean ** 2 + log_var.exp() - 1 - log_var).mean(0)          # KL of each latent [20]‖各潜在変数のKL [20]
    by_beta[f"β = {beta}"] = {"test nll‖テストnll": run.best["test_nll"], "test KL‖テストKL": run.best["test_kl"],
                              "latents in use‖使われた潜在変数": (each > 0.1).sum().item()}
    samples_by_beta.append(latent.decode(net, noise_20[:10]))
pd.DataFrame(by_beta).T.round(1)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** On full MNIST: nll about 69, 81, 122 and KL about 53, 25, 7.5; at β = 5 half of the twenty latents are in use. Ten samples a row decide little: let students say what would (count many, with a judge).

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 完全なMNISTでは、nllは約69、81、122、KLは約53、25、7.5で、β = 5では20個のうち半分の潜在変数が使われます。1行10枚のサンプルでは確かなことはいえません。どうすれば確かめられるか（多数のサンプルを分類器に数えさせる）を考えさせてください。

# %%
plots.compare_rows(dict(zip(by_beta, samples_by_beta)), "Samples for three values of β‖3つのβでのサンプル")

# %% [markdown] lang="en"
# Read each column from top to bottom. $\beta = 0.1$ reconstructs best (smallest `nll`) but leaves much of $N(0, I)$ empty, so many of its samples
# are no digits. $\beta = 5$ gives the best samples, if you ask for something that can be read: its $q(z \mid x)$ fill $N(0, I)$. But fewer latents carry
# anything ("in use": a KL above 0.1 nats), and the drawings blur. None of these losses may be compared as losses, for each has its own weight; that is why `nll` and KL stand apart.
#
# ## Convolutions
#
# A picture is more than a row of numbers: neighbouring pixels belong together. `models.ConvVAE` keeps the two latents but
# looks at patches of 3 × 3: 28×28 → 14×14 → 7×7, and back. **Predict:** better than the dense network's test loss? Slower?
# (About half a minute.)

# %% [markdown] lang="ja"
# 列ごとに、上から下へ読んでください。再構成が最も良いのは $\beta = 0.1$ ですが（`nll` が最小）、$N(0, I)$ のあちこちが空いたままで、サンプルの多くは数字になりません。
# 読める数字が出るかどうかでいえば、サンプルが最も良いのは $\beta = 5$ です。$q(z \mid x)$ が $N(0, I)$ を埋めるからです。ただし、使われた潜在変数（KLが0.1ナットを超えるもの）は減り、絵はぼけます。重みが違うので、損失どうしを比べては
# いけません。`nll` とKLを別々に見るのはそのためです。
#
# ## 畳み込み
#
# 画像は、ただの数の列ではありません。隣り合う画素には関係があります。`models.ConvVAE` は、潜在変数は2個のまま、3 × 3の小さな範囲を見ていきます。
# 28×28 → 14×14 → 7×7と縮め、また戻します。**予想：** 全結合のネットワークよりテスト損失は小さくなるでしょうか。時間はどうでしょう（30秒ほど
# かかります）。

# %%
conv = models.ConvVAE(latent=2, channels=(8, 16), widths=(128, 32))
conv_history = training.fit(conv, mnist, **short, progress=False)
runs = {"dense‖全結合": (vae, history), "convolutional‖畳み込み": (conv, conv_history)}
pd.DataFrame([{"parameters‖パラメータ数": sum(p.numel() for p in net.parameters()),
               "epochs‖エポック数": len(run.rows), "seconds‖秒": run.seconds,
               "test loss‖テスト損失": run.best["test_loss"]} for net, run in runs.values()],
             index=list(runs)).round(1)

# %%
plots.show_images(latent.decode_grid(conv, steps=11), 11, "The convolutional VAE's plane‖畳み込みVAEの平面", width=5)

# %% [markdown] lang="en"
# This plane, too, has all its kinds, somewhere else: another network, another map. The two runs differ in the network *and* in the number of epochs. Note epochs and seconds beside the losses: a comparison is fair only
# at equal cost, and which cost is meant must be said. (The row *Bernoulli* of the table of likelihoods is the dense network after as many epochs as this one.) Lesson 06 takes the comparison further.
#
# ## How likely is a picture?
#
# The ELBO is only a bound. **Importance sampling** comes nearer to $\log p(x)$: draw $K$ latents from $q(z \mid x)$ and
# average the weights,
#
# $$\log p(x) \approx \log \frac{1}{K} \sum_{k=1}^{K} \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)}, \qquad z_k \sim q(z \mid x).$$
#
# With $K = 1$ this is, on average, the ELBO; with more draws its *mean* rises towards $\log p(x)$ (Burda and others, 2016). It is a
# log-likelihood and not its negative, so larger is better. And it needs pixels that are really 0 or 1, so we round ours:
# only there is the Bernoulli term a probability. **Predict** the order of the five numbers. (About ten seconds.)

# %% [markdown] lang="ja"
# この平面にもいろいろな数字がありますが、場所は違います。ネットワークが違えば、地図も違います。2つの学習は、ネットワークだけでなくエポック数も違います。損失だけでなく、エポック数と時間も見てください。同じ費用で比べなければ公平ではありませんし、どちらの費用のことなのかも言わなければなりません。尤度の表の「ベルヌーイ」の行が、これと同じエポック数で学習した全結合のネットワークです。この比較の続きは
# 第6回で行います。
#
# ## 画像はどれくらい「ありそう」か
#
# ELBOは下限にすぎません。**重点サンプリング**を使うと、$\log p(x)$ にもっと近づけます。$q(z \mid x)$ から $K$ 個の潜在変数をサンプリングし、重みを平均します。
#
# $$\log p(x) \approx \log \frac{1}{K} \sum_{k=1}^{K} \frac{p(x \mid z_k)\, p(z_k)}{q(z_k \mid x)}, \qquad z_k \sim q(z \mid x)$$
#
# $K = 1$ なら、平均はELBOに一致します。$K$ を増やすと、その平均は $\log p(x)$ に向かって大きくなります（Burdaら 2016）。これは対数尤度であって、その符号を変えた
# ものではないので、大きいほど良い値です。また、画素が本当に0か1でなければならないので、四捨五入して使います。ベルヌーイ分布の項が確率になるのは、そのとき
# だけです。**予想：** ELBOと、$K = 1, 10, 100, 500$ の値は、どんな順に並ぶでしょう（10秒ほどかかります）。

# %%
torch.manual_seed(0)
binary = test[:500].round()                                            # 0 or 1: [500, 1, 28, 28]‖0か1 [500, 1, 28, 28]
wide.to("cpu")
with torch.no_grad():
    estimates = {"ELBO": objectives.elbo(wide, binary)}                # [500]
for samples in (1, 10, 100, 500):
    logs = objectives.importance_log_likelihood(wide, binary, samples)             # [500]
    estimates[f"K = {samples}"] = logs
pd.DataFrame({name: {"log-likelihood, nats‖対数尤度（ナット）": logs.mean().item(),
                     "± standard error‖± 標準誤差": logs.std().item() / len(logs) ** 0.5}
              for name, logs in estimates.items()}).T.round(2)

# %%
bound_now, many_samples = estimates["ELBO"].mean(), estimates["K = 500"].mean()
print("500 samples lie above the ELBO:‖K = 500の値はELBOより大きい：", bool(many_samples > bound_now))

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Answer: ELBO and K = 1 about equal, then rising with K. Typical slip: expecting the standard error to decide the order; all rows use the same pictures.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** 答え：ELBOと $K = 1$ はほぼ等しく、あとは $K$ とともに大きくなります。よくある誤りは、標準誤差だけで順序を判断することです。どの行も同じ画像を使っています。

# %% tags=["instructor"]
assert many_samples > bound_now

# %% [markdown] lang="en"
# The first two lines estimate the same thing and differ only by chance; then the values rise, more and more slowly. The standard
# error is that of the pictures (which 500 we took), the same pictures for all lines, so the *order* of the lines is much surer
# than it suggests. The rise is a glimpse of the gap: the part of it that 500 draws can close. (The network was trained on grey
# pictures, so one trained on rounded ones should do better. These values cannot be compared with grey BCE: with rounded pixels its floor is 0.)
#
# ## Why samples are blurred, and what comes next
#
# For each $z$ the decoder must name *one* value for each pixel, the best compromise over all pictures that may hide behind this
# $z$; where they differ, the mean is grey. And pixels are drawn independently once $z$ is given (assumption 2): the decoder cannot
# say "the stroke is here *or* there". **GANs** (Goodfellow and others, 2014) replace the pixel-by-pixel loss by a second network that tells drawn from real,
# and get sharp pictures, but cannot compute a likelihood. **Diffusion models** (Sohl-Dickstein and others, 2015; Ho and others, 2020) split the way from noise to
# picture into many small steps, each a small repair, as lesson 01 filled blanked days, and their loss comes from an ELBO,
# usually with its terms reweighted. Many of them work in the
# latent space of an autoencoder, because it is small.
#
# ## Now you
#
# **Exercise 4.1 (10 minutes).** Write the KL of each picture's $q$ from the prior: two arrays `[B, latent]` in, `[B]` out. Guess
# first: what is it for mean 0 and log_var 0? For mean 2 and log_var 0?
#
# <details><summary>Hint 1</summary>The formula stands above; σ² is exp(log_var), and log σ² is log_var itself.</details>
# <details><summary>Hint 2</summary>Work out one number for each latent, then sum over the last axis.</details>
# <details><summary>Hint 3</summary>0.5 * (mean ** 2 + log_var.exp() - 1 - log_var), and then .sum(1).</details>

# %% [markdown] lang="ja"
# 最初の2行は同じものの推定で、違いは偶然によるものだけです。その先は少しずつ、だんだんゆっくりと大きくなります。標準誤差は、どの500枚を使ったかによるばらつきです。
# どの行も同じ画像を使っているので、行どうしの**大小**は、標準誤差から受ける印象よりずっと確かです。増えた分は、さきほどの「差」のうち、500回のサンプリングで埋められた
# 部分です（このネットワークは灰色の画像で学習したので、四捨五入した画像で学習すれば、もっと良い値になるはずです。灰色がなくなって損失の底が0になったので、上の灰色BCEの値とは比べられません）。
#
# ## サンプルがぼける理由、そしてその先
#
# デコーダは、$z$ ごとに、画素1つにつき値を**1つだけ**答えます。それは、その $z$ の裏に隠れているかもしれないすべての画像の妥協点です。画像どうしが食い違うところでは、平均して
# 灰色になります。しかも、$z$ が決まれば画素は独立だとしたので（仮定2）、「線はここ**か**、あそこ**か**」と言うことができません。**GAN**（Goodfellowら 2014）は、画素ごとの損失を、描いた
# ものか本物かを見分ける第2のネットワークに置き換え、くっきりした画像を得ました。ただし尤度は計算できません。**拡散モデル**（Sohl-Dicksteinら 2015、Hoら 2020）は、雑音から画像への道のりを多数の
# 小さな段階に分けます。各段階は、第1回の「空白にした日をもとに戻す」学習に似た、小さな仕事で、その損失もELBOから導かれます（ふつう、項の重みは変えてあります）。潜在空間は小さいので、多くの拡散モデルはオートエンコーダの潜在空間の中で働いています。
#
# ## やってみよう
#
# **演習4.1（10分）** 画像ごとの $q$ と事前分布とのKLを書いてください。入力は2つの `[B, latent]`、出力は `[B]` です。まず予想：meanもlog_varも0なら、いくつでしょう。
# meanが2、log_varが0なら、いくつでしょう。
#
# <details><summary>ヒント1</summary>式は上にあります。σ² は exp(log_var)、log σ² は log_var そのものです。</details>
# <details><summary>ヒント2</summary>潜在変数1個につき1つの数を計算し、最後の軸について合計します。</details>
# <details><summary>ヒント3</summary>0.5 * (mean ** 2 + log_var.exp() - 1 - log_var) を計算し、.sum(1) とします。</details>

# %% exercise="4.1"
def kl_from_prior(mean, log_var):
    """KL(N(mean, exp(log_var)) || N(0, I)) of each picture, in nats: two [B, latent] -> [B].‖画像ごとのKL(N(mean, exp(log_var)) || N(0, I))、単位はナット：[B, latent] 2つ -> [B]。"""
    # BEGIN SOLUTION
    return 0.5 * (mean ** 2 + log_var.exp() - 1 - log_var).sum(1)
    # END SOLUTION


# %%
result = checks.exercise_4_1(kl_from_prior)
print(result)
if result.passed:
    answer = kl_from_prior(torch.tensor([[2.0]]), torch.zeros(1, 1))
    print("mean 2, log_var 0:‖meanが2、log_varが0：", answer.item())
    print("true value:‖正しい値：", 2.0)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 4.1.** Guess: 0 and 2. Typical slips: σ for σ², the half on one term only, a sum over the batch.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（4.1）** 予想の答え：0と2です。よくある誤答：σ² のところにσを使う。2分の1を1つの項だけに掛ける。バッチについて合計する。

# %% tags=["instructor"]
assert checks.exercise_4_1(kl_from_prior).passed

# %% [markdown] lang="en"
# **Exercise 4.2 (5 minutes).** Write the reparameterised draw: mean, log_var and noise, all `[B, latent]`, give z `[B, latent]`.
# Guess first: is the standard deviation `exp(log_var)`, half of that, or its root?
#
# <details><summary>Hint 1</summary>z = μ + σ ε, and you have log σ², not σ.</details>
# <details><summary>Hint 2</summary>σ is the square root of exp(log_var).</details>
# <details><summary>Hint 3</summary>The root of exp(log_var) is exp(log_var / 2).</details>

# %% [markdown] lang="ja"
# **演習4.2（5分）** 再パラメータ化したサンプリングを書いてください。mean、log_var、noiseはどれも `[B, latent]`、返すzも `[B, latent]` です。まず予想：標準偏差は
# `exp(log_var)` でしょうか、その半分でしょうか、それとも平方根でしょうか。
#
# <details><summary>ヒント1</summary>z = μ + σ ε です。手元にあるのは σ ではなく、log σ² です。</details>
# <details><summary>ヒント2</summary>σ は exp(log_var) の平方根です。</details>
# <details><summary>ヒント3</summary>exp(log_var) の平方根は exp(log_var / 2) です。</details>

# %% exercise="4.2"
def reparameterise(mean, log_var, noise):
    """z = mean + standard deviation times noise: three [B, latent] -> [B, latent].‖z = 平均 + 標準偏差 × 雑音：[B, latent] 3つ -> [B, latent]。"""
    # BEGIN SOLUTION
    return mean + (log_var / 2).exp() * noise
    # END SOLUTION


# %%
result = checks.exercise_4_2(reparameterise)
print(result)
if result.passed:
    ones = torch.ones(100_000, 1)
    many_z = reparameterise(ones, math.log(9) * ones, torch.randn(100_000, 1))
    print("standard deviation, 100,000 draws:‖10万個の標準偏差：", f"{many_z.std():.2f}")
    print("true value:‖正しい値：", 3)

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 4.2.** Guess: its root. Typical slips: noise times the variance; new noise by `torch.randn_like` instead of the argument `noise`.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（4.2）** 予想の答え：平方根です。よくある誤答：雑音に分散を掛ける。引数の `noise` を使わず、`torch.randn_like` で新しく作る。

# %% tags=["instructor"]
assert checks.exercise_4_2(reparameterise).passed

# %% [markdown] lang="en"
# **Exercise 4.3 (15 minutes).** Put the loss together: probabilities `p` and pictures `x`, both `[B, 1, H, W]`, and `kl` `[B]`, give one
# number, the negative ELBO with grey BCE in the convention of this lesson. Guess first which mistake would have collapsed the VAE.
#
# <details><summary>Hint 1</summary>Reconstruction of one picture: sum over its pixels. Then add its KL. Then the mean.</details>
# <details><summary>Hint 2</summary>A pixel costs -(x log p + (1 - x) log(1 - p)); flatten(1) and sum(1) give one number a picture.</details>
# <details><summary>Hint 3</summary>nll = -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1), and then (nll + kl).mean().</details>

# %% [markdown] lang="ja"
# **演習4.3（15分）** 損失を組み立ててください。画素の確率 `p` と画像 `x` はどちらも `[B, 1, H, W]`、`kl` は `[B]` です。この回の約束どおりの、灰色BCEを使った「ELBOの符号を変えたもの」を
# 1つの数で返します。まず予想：VAEを崩壊させたのは、どのまちがいだったでしょう。
#
# <details><summary>ヒント1</summary>画像1枚の再構成の項は、画素についての合計です。それにKLを足し、最後に平均します。</details>
# <details><summary>ヒント2</summary>1画素の損失は -(x log p + (1 - x) log(1 - p)) です。flatten(1) と sum(1) で、画像1枚につき1つの数になります。</details>
# <details><summary>ヒント3</summary>nll = -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1) とし、(nll + kl).mean() を返します。</details>

# %% exercise="4.3"
def negative_elbo(p, x, kl):
    """Grey BCE summed over pixels plus KL, mean over pictures: two [B, 1, H, W], [B] -> a number.‖画素について合計した灰色BCEとKLの和を、画像について平均：[B, 1, H, W] 2つ、[B] -> 数。"""
    # BEGIN SOLUTION
    nll = -(x * p.log() + (1 - x) * (1 - p).log()).flatten(1).sum(1)
    return (nll + kl).mean()
    # END SOLUTION


# %%
result = checks.exercise_4_3(negative_elbo)
print(result)
if result.passed:
    p = vae.decode(vae.encode(test)[0]).clamp(1e-6, 1 - 1e-6).detach()
    answer = negative_elbo(p, test, objectives.gaussian_kl(*vae.encode(test))).item()
    print("nats, decoded from the means:‖平均からデコード（ナット）：", f"{answer:.1f}")
    print("nats, decoded from samples:‖サンプルからデコード（ナット）：", f"{history.best['test_loss']:.1f}")

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes, 4.3.** Guess: the mean over pixels. Typical slips: a mean over pixels again, x and p swapped, the sum of the KL added to the mean of the nll.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（4.3）** 予想の答え：画素について平均することです。よくある誤答：ここでも画素について平均する。xとpを取り違える。nllの平均に、KLの合計を加える。

# %% tags=["instructor"]
assert checks.exercise_4_3(negative_elbo).passed

# %% [markdown] lang="en"
# ## Things to try
#
# * Interpolate from the 0 to the 7 with `latent.interpolate(start, end, spherical=True)`. Guess first: will the line on the map bend towards the middle or away from it?
# * Decode a place far outside, `latent.decode(vae, [[8.0, 0.0]])`. Guess: a digit, a smudge, or noise?
# * Give the first VAE three latents, `(784, 128, 32, 3)`. Guess its test loss and its KL from the two runs above.
#
# ## What we saw

# %% [markdown] lang="ja"
# ## さらに試してみよう
#
# * 0から7への補間を `latent.interpolate(start, end, spherical=True)` でやってみましょう。地図の上の線は、真ん中に向かって曲がるでしょうか、外へ曲がるでしょうか。先に予想してください。
# * ずっと外側の点をデコードしてみましょう。`latent.decode(vae, [[8.0, 0.0]])` です。出てくるのは数字でしょうか、ぼやけた塊でしょうか、雑音でしょうか。予想してください。
# * 最初のVAEの潜在変数を3個、`(784, 128, 32, 3)` にしてみましょう。上の2つの結果から、テスト損失とKLを予想してください。
#
# ## この回でわかったこと

# %%
finals = {"2 latents‖潜在変数2個": history, "20 latents‖潜在変数20個": wide_history,
          "2 latents, convolutional‖潜在変数2個、畳み込み": conv_history}
for name, run in finals.items():
    loss, kl = run.best["test_loss"], run.best["test_kl"]
    print(f"{name}: {loss:.1f} nats, of which KL {kl:.1f}‖{name}：{loss:.1f}ナット（うちKL {kl:.1f}）")

# %% [markdown] lang="en"
# * Points of $N(0, I)$ make no good samples of a plain autoencoder, because nothing tells where its latents lie. A VAE is trained so that they fill $N(0, I)$: with
#   two latents nearly every place there decodes, and interpolations pass through digits; with twenty, gaps remain.
# * Its loss is the negative ELBO: reconstruction plus KL. The gap to $\log p(x)$ is the KL to the true posterior; sampling blocks the
#   gradient, and reparameterisation frees it exactly.
# * Sums or means, Bernoulli or Gaussian, beta: the scale between the two terms decides what the model is. Samples blur, because one value a
#   pixel must serve for all pictures behind a $z$.
#
# Nobody could choose what an interpolation passes, or ask for *a 4 in this hand*. In lesson 05 we tell encoder and decoder which digit it is, and the
# latent is left with what remains: the handwriting. Yours.

# %% [markdown] lang="ja"
# * ふつうのオートエンコーダでは $N(0, I)$ から良いサンプルが得られないのは、潜在変数のありかを誰も決めていないからです。VAEは、潜在変数が $N(0, I)$ を埋めるように学習します。2個なら $N(0, I)$ のほぼどこをデコードしても
#   絵になり、数字から数字へと補間できます。20個では隙間が残ります。
# * 損失はELBOの符号を変えたもの、つまり再構成の項とKLの和です。$\log p(x)$ との差は、真の事後分布とのKLです。勾配を止めるのはサンプリングで、再パラメータ化すれば、近似なしで勾配が通ります。
# * 合計か平均か、ベルヌーイかガウスか、ベータをいくつにするか。2つの項の間の尺度が、モデルそのものを決めます。サンプルがぼけるのは、1つの $z$ の裏にあるすべての画像に、画素ごとに1つの値で
#   答えなければならないからです。
#
# 補間の途中に何が現れるかは、選べませんでした。「**この筆跡で4を書いて**」とは頼めなかったのです。第5回では、どの数字なのかをエンコーダとデコーダに教えます。すると潜在変数に残るのは、おもに筆跡です。次は、あなたの筆跡の番です。
