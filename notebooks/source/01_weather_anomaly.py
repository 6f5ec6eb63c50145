# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
# ---

# %% [markdown] lang="en"
# # 1. The strange days of the sixth year
#
# A weather station reports one number a day: the mean temperature. **Can a network that has only seen five normal
# years point at the strange days of the sixth?** At first nobody tells it what strange means: it only learns what is
# usual. We shall see how far that gets, and what a hint is worth.
#
# **After this lesson you can** read a file of the Japan Meteorological Agency (JMA), split a series by date, cut it
# into windows, write an autoencoder and its training loop step by step, turn its errors into alarms, and measure
# honestly whether the alarms are any good.
#
# **Time:** about 90 minutes of reading and trying; the computer needs about one minute of that.
# **You need:** a first course in Python (functions, lists, numpy arrays), and what a matrix times a vector is.
#
# The first cell says what you are running on. **On Colab** a GPU is yours under *Runtime > Change runtime type > T4
# GPU*; this lesson does not need one. **Restart** the kernel (*Kernel > Restart*) when names are mixed up, or after you
# installed a package: all variables are lost, so run the cells again from the top. Every cell may be run twice.

# %% [markdown] lang="ja"
# # 1. 6年目の「いつもと違う日」
#
# 気象観測所からは、1日に1つ、日平均気温という数が届きます。**ふつうの5年間だけから学んだネットワークは、6年目の「いつもと
# 違う日」を言い当てられるでしょうか。** まずは、何が異常なのかを教えずに「ふだんの様子」だけを学ばせます。それでどこまで行けるか、
# 手がかりを与えるとどう変わるかを見ていきましょう。
#
# **この回でできるようになること：** 気象庁のファイルを読む。時系列を日付で分ける。窓に切り分ける。オートエンコーダ（自己符号化
# 器）とその学習ループを一歩ずつ書く。誤差を警報に変える。そして、その警報が役に立つかどうかを公平に評価する。
#
# **時間：** 読んで試して約90分です。そのうち計算にかかるのは約1分です。
# **前提：** Pythonの入門（関数、リスト、numpyの配列）と、行列とベクトルの積を知っていれば読めます。
#
# 最初のセルは、いま動いている環境を表示します。**Colab** では「ランタイム > ランタイムのタイプを変更 > T4 GPU」でGPUを使えます
# が、この回には必要ありません。変数が混乱したときや、パッケージを追加したあとは、カーネルを**再起動**（Kernel > Restart）して
# ください。変数はすべて消えるので、先頭から実行し直します。どのセルも、2回実行してかまいません。

# %% [markdown] lang="en" tags=["instructor"]
# **Teaching notes.** Aim: students can turn an autoencoder's errors into alarms, and judge the alarms against a baseline.
# Plan for 90 minutes: data and split 15, autoencoder, windows and network 20, training loop 15, errors and threshold 15,
# evaluation 15, the three changes 10. The position in latent space, the threshold slider and the exercises (20) are homework.
# Say early: a small loss is not the aim; good alarms are. Students stumble over the windows (count them on paper for 5 days and
# length 3), over latent and weights, and over precision and recall.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意** ねらい：オートエンコーダの誤差を警報に変え、その警報をベースラインと比べて評価できること。
# 90分の配分：データと分割15分、オートエンコーダ・窓・ネットワーク20分、学習ループ15分、誤差としきい値15分、評価15分、3つの改良10分。
# 潜在空間での位置、しきい値のスライダー、演習（20分）は宿題にします。損失を小さくすることではなく、よい警報を出すことが目的だと、早めに伝えてください。
# つまずきやすいのは、窓の数（5日、長さ3の場合を紙の上で数えさせます）、潜在変数と重みの違い、適合率と再現率の違いです。

# %%
import numpy as np
import pandas as pd
import torch
from torch import nn

from aecourse import anomaly, checks, lesson, models, paths, plots, weather, widgets

device = lesson.start("en‖ja")
torch.set_num_threads(1)  # networks this small run fastest on one core‖小さいので1コアが最速

# %% [markdown] lang="en"
# ## The data
#
# The course brings a sample of six years. It is **synthetic**: drawn from Yokohama's monthly normals (1991 to 2020, as
# JMA publishes them) and a day-to-day persistence, in JMA's layout, under two lines that say that it is synthetic, with
# a few faults put into the last year on purpose. So we can check what we find.
#
# With **the file of your own town** it is more interesting still. Five steps:
#
# 1. Open https://www.data.jma.go.jp/risk/obsdl/index.php (過去の気象データ・ダウンロード).
# 2. *地点を選ぶ*: choose a prefecture, then a station. Many stations measure **rain only**; take one with 気温.
# 3. *項目を選ぶ*: 日別値 (daily values), then 日平均気温 (daily mean temperature).
# 4. *期間を選ぶ*: six whole years, from January 1 to December 31.
# 5. *CSVファイルをダウンロード*: put `data.csv` beside this notebook and write its name below.
#
# JMA's data may be used freely when the source is named (出典：気象庁ホームページ), and when you say so if you changed
# them; the page's terms say how.

# %% [markdown] lang="ja"
# ## データ
#
# この教材には、6年分の見本が付いています。これは**合成データ**です。気象庁が公表している横浜の月別平年値（1991〜2020年）と、日々の
# 天気の持続性をもとに乱数で作り、合成であることを示す2行の下に、気象庁のファイルと同じ形式で書きました。最後の1年には、わざと
# いくつかの異常を入れてあります。ですから、見つけられたかどうかを答え合わせできます。
#
# **自分の町のデータ**を使えば、もっと面白くなります。手順は5つです。
#
# 1. https://www.data.jma.go.jp/risk/obsdl/index.php （過去の気象データ・ダウンロード）を開きます。
# 2. 「地点を選ぶ」で都道府県と観測所を選びます。**雨量だけ**を測る観測所も多いので、気温のある所を選んでください。
# 3. 「項目を選ぶ」で「日別値」を選び、「日平均気温」に印を付けます。
# 4. 「期間を選ぶ」で、1月1日から12月31日までの丸6年間を指定します。
# 5. 「CSVファイルをダウンロード」で得た `data.csv` をこのノートブックと同じ場所に置き、下のセルに名前を書きます。
#
# 気象庁のデータは、出典（出典：気象庁ホームページ）を示せば自由に利用できます。加工したときは、その旨も書きます。
# 詳しくは同サイトの利用規約を見てください。

# %%
MY_FILE = None  # the file of your own town, for example "data.csv"‖自分の町のファイル名。例："data.csv"
path = MY_FILE or paths.shipped("data", "weather_sample.csv")
with open(path, encoding="cp932") as file:  # as JMA writes it; saved anew it may be "utf-8"‖保存し直したものは "utf-8" かもしれません
    rows = file.read().splitlines()
first = next(number for number, row in enumerate(rows) if row[:4].isdigit() and row[4] == "/")
print("\n".join(rows[:first + 2]))

# %% [markdown] lang="en"
# So that is what arrives. Japanese characters in the Japanese encoding of Windows (`cp932`), not in UTF-8. A few rows
# before the table that are not data. Several header rows, the same name over three columns. Let pandas read it raw.
# **Predict:** what will the columns be called, and what are the numbers 8 and 1?

# %% [markdown] lang="ja"
# これが届いたままの姿です。文字コードはUTF-8ではなく、日本語版Windowsのもの（`cp932`）です。表の前には、データではない行が
# あります。見出しは何行にもわたり、3つの列の上に同じ名前が並んでいます。pandasでそのまま読んでみましょう。**予想：** 列の名前は
# どうなるでしょうか。また、8や1という数は何を表すのでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** pandas numbers the columns 0 to 3. The 8 is the quality (normal value), the 1 the homogeneity number. Nobody can guess the codes: ask where one would look them up.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** pandasは列に0から3の番号を付けます。8は品質情報（正常値）、1は均質番号です。番号の意味は予想できないので、どこで調べればよいかを尋ねてください。

# %%
raw = pd.read_csv(path, encoding="cp932", skiprows=first, header=None)
print(raw.head(3), f"\n{len(raw):,} rows, blanks in column 1: {raw[1].isna().sum()}‖\n{len(raw):,}行、列1の空欄：{raw[1].isna().sum()}")
for code, meaning in weather.QUALITY.items():
    print(f"quality {code}: {meaning}‖品質情報{code}　{meaning}")

# %% [markdown] lang="en"
# The columns have numbers for names, and the dates are text. Column 2 is the quality (品質情報), whose codes are printed
# above; a blank is a missing value. Column 3, the homogeneity number (均質番号), counts up when the instrument or its
# surroundings changed: values before and after cannot be compared directly. `weather.load_weather` does the tidying: a daily index,
# one row for *every* day, values kept as they are whatever their code. The gaps we fill by a straight line between
# their neighbours (`interpolate`).

# %% [markdown] lang="ja"
# 列の名前は番号（0〜3）になり、日付は文字列のままです。列2は品質情報で、番号の意味は上に表示されたとおりです。値の空欄は欠測を表します。列3の均質番号は、測器や周囲の環境が変わると1つ増えます。その前後の値を単純に比べることはできません。こうした整理は
# `weather.load_weather` が引き受けます。日付を索引にし、**すべての**日を1行ずつ並べ、値は品質情報によらずそのまま残します。欠測は、
# 前後の値を直線で結んで補います（`interpolate`）。

# %%
loaded = weather.load_weather(MY_FILE)
series = loaded.interpolate()
print(loaded.attrs["source"])
print(f"{len(series):,} days, {loaded.isna().sum()} of them filled in‖{len(series):,}日（うち{loaded.isna().sum()}日は補間）")

# %% [markdown] lang="en"
# ## Split by date
#
# We learn from all years before the last whole one, and judge that one. Split at a **date**, never at a row number:
# five years have 1,826 or 1,827 days, depending on the leap years among them. **Predict:** `[0, 1, 2, 3][1:3]` leaves out
# the place 3. How many days does a slice from January 1 to January 2 hold? Write your guess in place of `...` below.

# %% [markdown] lang="ja"
# ## 日付で分ける
#
# 最後の丸1年を判定に使い、それより前のすべての年から学びます。分けるときは、行番号ではなく必ず**日付**を使います。5年間の日数
# は、うるう年の入り方によって1,826日にも1,827日にもなるからです。**予想：** リストの `[0, 1, 2, 3][1:3]` は、終わりの3番を
# 含みません。では、1月1日から1月2日までを日付で指定すると、何日分になるでしょうか。次のセルの `...` を予想に書き換えてください。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** 2 days. The likely wrong answer is 1, by the rule for positions.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 2日です。ありがちな誤答は、位置の規則を当てはめた1日です。

# %%
guess = ...  # how many days?‖何日分ですか

# %%
days_in_year = series.groupby(series.index.year).size()
last_year = days_in_year[days_in_year >= 365].index[-1]
train, test = series[:str(last_year - 1)], series[str(last_year)]
print(train.tail(2), test.head(2), sep="\n")
print(f"training {len(train):,} days, test {len(test)} days‖訓練{len(train):,}日、テスト{len(test)}日")
print(f"by position [1:3]: {[0, 1, 2, 3][1:3]}‖位置によるスライス [1:3]：{[0, 1, 2, 3][1:3]}")
lesson.compare(guess, len(test[f"{last_year}-01-01":f"{last_year}-01-02"]))

# %% [markdown] lang="en"
# Slices by position leave their end out; slices by date **include** it. The printed boundary shows that no day is in
# both parts and none is lost.
#
# Now the whole series, and below it the last year alone. **Predict** as soon as you see them: write down two or three days
# of the last year that look strange to you. Would you have found them without the years before?

# %% [markdown] lang="ja"
# 位置によるスライスは終わりを含みませんが、日付によるスライスは終わりを**含みます**。境目の行を見れば、両方に入った日も、抜けた
# 日もないことがわかります。
#
# 全体と、最後の1年だけを描いてみましょう。図が出たら、先を読む前に**予想：** 最後の1年のうち、おかしいと思う日を2、3日書き留めてください。それまでの
# 年を見ていなくても、そう思えたでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** In the sample: spikes on January 21, June 3 and November 15, weeks from April 8 and September 18, a stuck sensor from July 19. Spikes are the easiest to see; the value of a stuck sensor is quite ordinary.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 見本では、1月21日、6月3日、11月15日がスパイク、4月8日と9月18日からの1週間が波、7月19日からがセンサーの固着です。いちばん目につきやすいのはスパイクです。固着は、値だけ見ればふつうです。

# %%
plots.lines({"training years‖訓練期間": (train.index, train), "test year‖テストの年": (test.index, test)},
            title="Daily mean temperature, all years‖日平均気温（全期間）", ylabel="degrees C‖気温（℃）",
            marks="-", size=(9, 3.4))

# %%
plots.lines({"test year‖テストの年": (test.index, test)}, marks="-", size=(9, 3),
            title="Daily mean temperature, the last year‖日平均気温（最後の1年）", ylabel="degrees C‖気温（℃）")

# %% [markdown] lang="en"
# Three kinds of strangeness matter here. A **spike** is one day far off, a **wave** is a week too warm or too cold, and
# a **stuck sensor** repeats one value for days. Each is hard for another reason: a spike lasts only a day, each day of a
# wave may be ordinary alone, and the value of a stuck sensor is quite ordinary.

# %% [markdown] lang="ja"
# ここでは3種類の異常を考えます。**スパイク**（spike）は、1日だけ大きく外れた値です。**波**は、1週間続く高温または低温です。**固着した
# センサー**（stuck sensor）は、同じ値を何日も繰り返します。見つけにくい理由はそれぞれ違います。スパイクは1日で終わり、波の1日1日はそれだけなら
# ふつうかもしれず、固着したセンサーは値だけ見ればごくふつうなのです。

# %%
lesson.show_figure("anomaly_kinds")

# %% [markdown] lang="en"
# ## What an autoencoder is
#
# An **autoencoder** is a network that must give back its own input. The **encoder** turns the input $x$ into the
# **latent** $z$, the **decoder** turns $z$ into the **reconstruction** $\hat x$. Copying is trivial when nothing is in
# the way. The next cell builds such a copier by hand. `nn.Linear(180, 180)` is a **layer**: it multiplies by a matrix (the
# weights) and adds a vector (the bias). **Predict** the copier's error on pure noise.

# %% [markdown] lang="ja"
# ## オートエンコーダとは
#
# **オートエンコーダ（自己符号化器）** とは、入力と同じものを出力するように学習させるネットワークです。**エンコーダ**が入力 $x$ を
# **潜在変数** $z$ に変え、**デコーダ**が $z$ を**再構成** $\hat x$ に変えます。途中に何の妨げもなければ、丸写しは簡単です。次の
# セルでは、丸写しするだけの層を手で作ります。`nn.Linear(180, 180)` は、行列（重み）を掛け、ベクトル（バイアス）を足す**層**です。でたらめな雑音を入れたときの誤差を**予想**してください。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Exactly 0. Ask: would such a network find any strange day?

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** ちょうど0です。「このネットワークは、異常な日を見つけられるでしょうか」と尋ねてください。

# %%
copier = nn.Linear(180, 180)
with torch.no_grad():
    copier.weight.copy_(torch.eye(180))  # input k goes to output k, unchanged‖入力kを出力kにそのまま渡す
    copier.bias.zero_()
    noise = torch.randn(5, 180)
    print("largest error on noise:‖雑音での最大の誤差：", float((copier(noise) - noise).abs().max()))

# %%
lesson.show_figure("bottleneck")

# %% [markdown] lang="en"
# No error, and nothing learned: to a copier no day is strange. So we build a **bottleneck**. If 180 days must pass
# through 64 numbers, the network has to use what days have in common. What is typical passes; what is rare is mostly
# lost on the way, and what is lost is our signal.
#
# ## Windows
#
# The network sees 180 days at a time. Slide a window over the series by one day, and each position is one example.

# %% [markdown] lang="ja"
# 誤差は0ですが、何も学んでいません。入力をそのまま出すだけなら、どの日も誤差は0で、異常を区別できません。そこで**ボトルネック**（途中の狭いところ）を作
# ります。180日分の数を64個の数で伝えなければならないとしたら、日々に共通する規則性を使うしかありません。典型的なものは通り、珍し
# いものの多くは途中で失われます。その失われた分が、異常の手がかりです。
#
# ## 窓に切る
#
# ネットワークは一度に180日分を見ます。窓を1日ずつずらしていくと、1つの位置が1つの訓練例になります。

# %%
lesson.show_figure("sliding_windows")

# %%
LENGTH = 180
mean, std = train.mean(), train.std()  # of the training years only‖訓練期間だけから求める
x_train, x_test = (torch.tensor(((part - mean) / std).to_numpy(), dtype=torch.float32)
                   .unfold(0, LENGTH, 1) for part in (train, test))  # every run of 180 days‖連続する180日をすべて
print(x_train.shape, "= [windows, days in a window]‖= [窓の数, 1つの窓の日数]")
print("windows + 180 - 1 = days:‖窓の数 + 180 - 1 = 日数：", len(x_train) + LENGTH - 1 == len(train))
last_day = (train.iloc[-1] - mean) / std
print("the last window ends with the last day:‖最後の窓は最後の日で終わる：",
      bool(np.isclose(x_train[-1, -1], last_day)))

# %% [markdown] lang="en"
# `unfold(0, 180, 1)` cuts windows of length 180 along axis 0, moving by 1. Values are **standardised**: minus the mean, divided by the standard deviation, both from the training years. The test
# year may not take part, not even in a mean. A common slip in a window loop is `range(len(series) - 180)`, which loses
# the last window; the two lines with `True` check for that.
#
# ## The network
#
# 180 → 128 → 64 → 128 → 180. After each layer of 128 stands an activation (here SiLU: near 0 for very negative inputs,
# near the input itself for large ones, smooth between); without any, all layers together would be one matrix and one
# shift. After the latent and after the last layer there is none: both may take any value.

# %% [markdown] lang="ja"
# `unfold(0, 180, 1)` は、0番目の軸に沿って、長さ180の窓を1ずつずらして切り出します。値は**標準化**してあります。訓練期間の平均を引き、訓練期間の標準偏差で割りました。テストの年は、平均を求めるときにさえ使っては
# いけません。窓を作る繰り返しを `range(len(series) - 180)` と書いて最後の窓を落とすのは、よくある誤りです。`True` と出た2行で、
# 最後の窓まで入っていることを確かめました。
#
# ## ネットワーク
#
# 180 → 128 → 64 → 128 → 180 です。幅128の層のあとには活性化関数を置きます。ここではSiLUです。大きな負の値ではほぼ0、大きな正の値ではほぼそのまま、
# 間はなめらかにつながる関数です。活性化関数がないと、全部の層を合わせても、行列を1つ掛け、ベクトルを1つ足すのと同じことしかできません。潜在変数と最後の層の
# あとには置きません。どちらも、どんな値にもなりうるからです。

# %%
def make_network():
    torch.manual_seed(0)  # the same first weights each time‖毎回同じ初期値の重みにする
    encoder = nn.Sequential(nn.Linear(180, 128), nn.SiLU(),   # [B, 180] -> [B, 128]
                            nn.Linear(128, 64))               # [B, 128] -> [B, 64], the latent‖[B, 128] -> [B, 64]（潜在変数）
    decoder = nn.Sequential(nn.Linear(64, 128), nn.SiLU(),    # [B, 64] -> [B, 128]
                            nn.Linear(128, 180))              # [B, 128] -> [B, 180]
    return nn.Sequential(encoder, decoder)


untrained = make_network()
z = untrained[0](x_train[:3])
print("latent of three windows:‖窓3つ分の潜在変数：", tuple(z.shape))
print("weights of the layer that gives it:‖それを出す層の重み：", tuple(untrained[0][2].weight.shape))

# %% [markdown] lang="en"
# The **latent is what the encoder's last layer gives**, 64 numbers for each window, new for each input. The **weights** are
# the matrix that makes it from 128 numbers (a bias is added), the same for all inputs: (64, 128) is one row for each
# output, one column for each input. Do not mix latent and weights up.
#
# ## The training loop
#
# The loss is the mean squared error (MSE) between a window $x$ and its reconstruction $\hat x$, over the $B$ windows of a
# batch and the 180 days of each:
#
# $$L = \frac{1}{180\,B} \sum_{b=1}^{B} \sum_{t=1}^{180} (x_{bt} - \hat x_{bt})^2 .$$
#
# In code $x$ is `batch`, $\hat x$ is `untrained(batch)`, $B$ is `len(batch)` and $L$ is `loss`; $b$ counts the windows of
# the batch, $t$ the days of a window. First, does the formula agree with torch?

# %% [markdown] lang="ja"
# **潜在変数とは、エンコーダの最後の層が出す値**です。窓ごとに64個あり、入力が変われば値も変わります。**重み**は、その値を作る行列で、どの入力に対し
# ても同じです。形が (64, 128) なのは、行数が出力、列数が入力の個数だからです。潜在変数と重みを混同しないでください。
#
# ## 学習ループ
#
# 損失は、窓 $x$ とその再構成 $\hat x$ の平均二乗誤差（MSE）です。バッチに含まれる $B$ 個の窓と、各窓の180日にわたって平均します。
#
# $$L = \frac{1}{180\,B} \sum_{b=1}^{B} \sum_{t=1}^{180} (x_{bt} - \hat x_{bt})^2$$
#
# コードでは、$x$ が `batch`、$\hat x$ が `untrained(batch)`、$B$ が `len(batch)`、$L$ が `loss` です。$b$ は窓の番号、$t$ は窓の中で
# 何日目かを表します。まず、この式がtorchの計算と一致するか確かめましょう。

# %%
batch = x_train[:3]
by_hand = ((batch - untrained(batch)) ** 2).sum() / (180 * len(batch))
by_torch = nn.functional.mse_loss(untrained(batch), batch)
print(f"by hand {by_hand.item():.6f}, torch {by_torch.item():.6f}‖式どおりの計算 {by_hand.item():.6f}、torch {by_torch.item():.6f}")
print(f"loss of always answering 0: {(x_train ** 2).mean().item():.3f}‖いつも0と答えるときの損失：{(x_train ** 2).mean().item():.3f}")

# %% [markdown] lang="en"
# Answering 0, the mean, costs about 1, because the values are standardised. That is the mark to beat. One step of
# training is always the same seven lines: pick windows, zero the gradients, forward, loss, backward, step, log.
# The **gradient** says how the loss changes with each weight; the **learning rate** sets how large a step against it is. The
# optimiser is Adam: gradient descent that adapts the step of each weight. **Predict:** after a thousand steps, will the
# training loss be near 0.5, 0.05 or 0.005? (The run takes a few seconds.)

# %% [markdown] lang="ja"
# 値を標準化したので、いつも0（平均）と答えるだけなら、損失は約1になります。まずは、これを下回ることが目標です。学習の1ステップは、
# いつも同じ7行です。窓を選ぶ、勾配を0に戻す、順伝播で出力を求める、損失を求める、逆伝播で勾配を求める、重みを更新する、記録する。
# **勾配**は、それぞれの重みを動かすと損失がどう変わるかを表し、**学習率**は、それと逆向きに動かす歩幅を決めます。
# 最適化手法のAdamは、重みごとに歩幅を調整する勾配降下法です。**予想：** 1000ステップ後に、訓練損失は0.5、0.05、0.005のどれに近く
# なるでしょうか（数秒かかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Near 0.05. If somebody forgets `zero_grad`, the gradients add up from step to step: let them try it.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 約0.05です。`zero_grad` を忘れると、勾配がステップごとに足し合わされていきます。実際に試させてください。

# %%
def train_network(network, optimizer, steps=1000, batch_size=64):
    log = []
    for step in range(steps):
        batch = x_train[torch.randint(len(x_train), (batch_size,))]  # pick windows [64, 180]‖窓を選ぶ [64, 180]
        optimizer.zero_grad()                                        # zero the gradients‖勾配を0に戻す
        reconstruction = network(batch)                              # forward‖順伝播
        loss = nn.functional.mse_loss(reconstruction, batch)         # loss‖損失
        loss.backward()                                              # backward: the gradients‖逆伝播で勾配を求める
        optimizer.step()                                             # move the weights a little‖重みを少し動かす
        log.append(loss.item())                                      # log‖記録する
    return log


# %%
guess = ...  # 0.5, 0.05 or 0.005?‖0.5、0.05、0.005のどれに近いですか

# %%
network = make_network()
log = train_network(network, torch.optim.Adam(network.parameters(), lr=1e-3))
lesson.compare(guess, np.mean(log[-50:]), near=0.02)  # mean of the last 50 steps‖最後の50ステップの平均
plots.lines({"training loss‖訓練損失": (range(len(log)), log),
             "always 0‖いつも0": ([0, len(log)], [1, 1])}, yscale="log", marks="-",
            title="Training loss at each step‖各ステップの訓練損失", xlabel="step‖ステップ",
            ylabel="MSE, standardised‖MSE（標準化した値）")

# %% [markdown] lang="en"
# The printed result is the mean of the last 50 steps. A good curve falls steeply and then more slowly, with a little noise from
# batch to batch; as long as it still falls at the end, it is not finished. A bad one stays at the mark of "always 0", or
# jumps up.
#
# Now change one thing at a time and watch. **Predict** which of these four is best after 300 steps, and how many stay
# near 1, the cost of always answering 0, or above it: Adam with a learning rate of 0.001, a rate ten thousand times smaller, a rate of 0.1, and plain gradient
# descent (SGD) at 0.001.

# %% [markdown] lang="ja"
# 表示された結果は、最後の50ステップの平均です。よい曲線は、急に下がったあとゆるやかになり、バッチごとに少し揺れます。終わりでまだ下がっていれば、学習は途中です。悪い曲線は、「いつも0」の線のあたりにとどまるか、はね上がり
# ます。
#
# 条件を1つずつ変えて、損失を見比べましょう。学習率0.001のAdam、その1万分の1の学習率、学習率0.1、そして学習率0.001の単純な勾配降下
# 法（SGD）の4つです。300ステップ後に損失が最も小さいのはどれでしょうか。また、損失が約1（いつも0と答えるときの値）のまま、またはそれ以上になるものは、いくつあるでしょうか。
# **予想**してください。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Best: Adam with 0.001 (about 0.09). The other three stay near 1. This says nothing against SGD: it needs a larger rate than Adam; let students try 0.1 or 0.3.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 最も小さいのは学習率0.001のAdam（約0.09）で、残りの3つは約1のままです。SGDが劣るという意味ではなく、Adamより大きい学習率が必要なだけです。0.1や0.3を試させてください。

# %%
recipes = {"Adam 0.001": (torch.optim.Adam, 1e-3), "Adam 0.0000001": (torch.optim.Adam, 1e-7),
           "Adam 0.1": (torch.optim.Adam, 0.1), "SGD 0.001": (torch.optim.SGD, 1e-3)}
curves = {}
for name, (optimizer, lr) in recipes.items():
    trial = make_network()
    losses = train_network(trial, optimizer(trial.parameters(), lr=lr), steps=300)
    curves[name] = (range(10, 301, 10), np.reshape(losses, (-1, 10)).mean(axis=1))
    print(f"{name:15} {np.mean(losses[-10:]):10.3f}")
plots.lines(curves, "Four optimisers and learning rates‖最適化手法と学習率の4つの組", "step‖ステップ",
            "MSE, mean of 10 steps‖MSE（10ステップの平均）", yscale="log", marks="-")

# %% [markdown] lang="en"
# Only Adam with 0.001 learns here (where curves lie on one another, read the printed values). A rate that is too small, and SGD at this rate, hardly move; a
# rate that is too large throws the weights far away in the first steps, and the loss with them; then it gets stuck near 1. If your loss does not fall, try the learning rate first, in factors of ten.
#
# ## Input against output
#
# Each day lies in up to 180 windows. We judge it by **all** windows that cover it: the mean of their reconstructions,
# and the mean of their squared errors. Cutting the year into two separate windows would judge each day once, and lose
# the five or six days that do not fill a window. (In the code below M is the number of windows, C the number of values
# a day, here 1.)

# %% [markdown] lang="ja"
# この4つのうち、学習が進むのは学習率0.001のAdamだけです（線が重なっているところは、表示された値で比べてください）。学習率が小さすぎるときや、この学習率のSGDでは、ほとんど進みません。大き
# すぎると、最初の数ステップで重みが遠くへ飛ばされ、損失もはね上がり、そのあと約1のあたりで止まってしまいます。
# 損失が下がらないときは、まず学習率を10倍、10分の1と変えてみてください。
#
# ## 入力と出力を比べる
#
# 1日は、最大180個の窓に含まれます。そこで、その日を含む**すべての**窓を使って判定します。再構成の平均と、二乗誤差の平均を求めま
# す。1年を重ならない2つの窓に切ると、どの日も1回しか判定されず、窓に満たない残りの5日か6日はまったく判定されません（下のコードの M は窓の数、C は1日あたりの値の個数で、ここでは1です）。

# %%
lesson.show_source(anomaly.mean_over_windows)

# %%
def per_day(values):
    """Mean over all windows that cover a day: [M, 180] -> [M + 179].‖その日を含むすべての窓の平均：[M, 180] -> [M + 179]。"""
    return anomaly.mean_over_windows(values[:, None, :].numpy())[0]


with torch.no_grad():
    predicted = per_day(network(x_test)) * std + mean
    error = pd.Series(per_day((network(x_test) - x_test) ** 2), test.index)
    train_error = pd.Series(per_day((network(x_train) - x_train) ** 2), train.index)
plots.lines({"measured‖測定値": (test.index, test), "reconstructed‖再構成": (test.index, predicted)},
            title="The test year and its reconstruction‖テストの年とその再構成", ylabel="degrees C‖気温（℃）",
            marks="-", size=(9, 3))

# %% [markdown] lang="en"
# The season is there, the single days only in part: the network gives back what it knows. Now the
# **reconstruction error** of each day: its squared error, averaged over all windows that cover it. Where is the line between usual and strange? It comes from the **training years alone**: the error that one training
# day in 200 exceeds. **Predict:** how many of the test year's days will lie above it? If training and test were alike,
# about two.

# %% [markdown] lang="ja"
# 季節の変化は再現されていますが、1日ごとの変化は一部しか再現されていません。ネットワークは、学んだことだけを返すのです。次は
# 1日ごとの**再構成誤差**（入力と再構成の二乗誤差を、その日を含む窓について平均した値）です。ふつうと異常の境目は、**訓練期間だけ**から決めます。訓練期間の200日に1日だけが超える誤差を、しきい値としま
# しょう。**予想：** テストの年では、何日がしきい値を超えるでしょうか。訓練期間と同じ性質なら、2日ほどになるはずです。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** On the sample about 6 (the second decimal of the training may move it by a day). Typical slip: to take the threshold from the test year.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 見本では約6日です（学習のわずかな違いで1日ほど変わることがあります）。よくある誤り：しきい値をテストの年から決めてしまう。

# %%
guess = ...  # how many days above the threshold?‖しきい値を超えるのは何日ですか

# %%
threshold = train_error.quantile(0.995)
lesson.compare(guess, int((error > threshold).sum()), near=1)
plots.lines({"error‖誤差": (error.index, error),
             "threshold‖しきい値": (error.index, [threshold] * len(error))}, marks="-", size=(9, 3),
            title="Reconstruction error of each day‖1日ごとの再構成誤差",
            ylabel="squared error, standardised‖二乗誤差（標準化した値）")

# %%
in_words = {"spike": "spike‖スパイク", "wave": "wave‖波", "stuck": "stuck‖固着"}
strange_days = error.index[error > threshold]
print("above the threshold:‖しきい値を超えた日：", *[f"{day:%m-%d}" for day in strange_days[:12]])
if MY_FILE is None:
    events = weather.sample_events().itertuples()
    print("put into the sample, first days:‖見本に入れてある異常の初日：",
          *[f"{event.start:%m-%d} ({in_words[event.kind]})‖{event.start:%m-%d}（{in_words[event.kind]}）" for event in events])
plots.calendar(error > threshold, "Days above the threshold (dark)‖しきい値を超えた日（濃いマス）")

# %% [markdown] lang="en"
# Compare with the days you wrote down, and the two printed lists with each other: how many days are in both, and which
# kinds are missing? More than two flagged days can be chance, or have one of two reasons: the year does have strange days,
# or the threshold is too low, because the network has *practised* on the training days, so that its errors there are too
# small. We repair the second reason later, and the missing kinds as well.
#
# A mistake that looks like a result: divide the errors by the **year's own maximum** and call everything near 1 strange. Then
# every year has a strange day, a perfectly normal one too.

# %% [markdown] lang="ja"
# 書き留めた日と比べてください。また、表示された2つの一覧も比べてみましょう。両方にある日は何日で、見つかっていないのはどの種類
# でしょうか。警報が2日より多いときは、偶然でなければ、理由は2つ考えられます。1つは、その年に本当に異常があることです。もう1つは、しきい値が低すぎることです。ネットワークは訓練期間の日々で**練習した**ので、そこでの誤差は
# 小さくなりすぎるのです。2つ目の理由も、見つからない種類のことも、あとで直します。
#
# もっともらしく見えて、実は間違っている例を1つ挙げます。誤差を**その年の最大値**で割り、1に近い日を異常と呼ぶとどうなるでしょう。どの年にも、
# まったくふつうの年にさえ、必ず「異常な日」が見つかってしまいます。

# %%
for year, errors in pd.concat([train_error, error]).groupby(lambda day: day.year):
    print(f"{year}: largest error / own maximum = {(errors / errors.max()).max():.1f}‖{year}年：最大の誤差／その年の最大値 = {(errors / errors.max()).max():.1f}"
          f"   largest error / threshold = {errors.max() / threshold:.1f}‖   最大の誤差／しきい値 = {errors.max() / threshold:.1f}")

# %% [markdown] lang="en"
# The first column is the same for every year, whatever happened in it: it says nothing. The second differs from year to
# year. At least one training year lies above 1, since one training day in 200 exceeds the threshold; a value far above 1
# is worth a look.
#
# ## A second detector: the position in latent space
#
# An unusual window may be given back well and still lie at an unusual **position**. Each window is a point with 64 coordinates.
# Here they are, seen from the two directions in which they vary most (principal component analysis, PCA: the first two rows of
# `Vh`, which the singular value decomposition of the centred points returns). **Predict** the shape before you run the cell: what would a
# window that slides once through the year draw?

# %% [markdown] lang="ja"
# 左の値は、何が起きた年でも同じです。つまり、何の情報にもなりません。右の値は年によって変わります。訓練期間の200日に1日はしきい値
# を超えるので、訓練期間にも1を超える年が必ずあります。1をはるかに超える年は、調べてみる価値があります。
#
# ## もう1つの検出器：潜在空間での位置
#
# うまく再構成できた窓でも、潜在空間では珍しい**位置**にあるかもしれません。1つの窓は、64個の座標をもつ1つの点です。その点を、
# ばらつきが最も大きい2つの方向（主成分分析、PCA。中心を引いた行列を特異値分解したときの、`Vh` の最初の2行です）から眺めてみます。実行する前に形を**予想**してください。窓を1年かけてずらしていくと、点はどんな図形を描くでしょうか。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** A ring, once a year; the test year draws about half of it. Ask why the ends meet.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 1年で1周する輪です。テストの年は、その半分ほどを描きます。両端がつながる理由を尋ねてください。

# %%
with torch.no_grad():
    z_train, z_test = network[0](x_train), network[0](x_test)  # [windows, 64]‖[窓の数, 64]
centre = z_train.mean(0)
directions = torch.linalg.svd(z_train - centre, full_matrices=False).Vh[:2]  # [2, 64]
old = ((z_train - centre) @ directions.T).numpy()  # [windows, 64] -> [windows, 2]‖[窓の数, 64] -> [窓の数, 2]
new = ((z_test - centre) @ directions.T).numpy()
plots.lines({"training windows‖訓練期間の窓": old.T, "test year‖テストの年": new.T}, marks=".", size=(5, 4),
            title="The windows' latents, seen from two directions‖2つの方向から見た、窓の潜在変数",
            xlabel="direction 1‖方向1", ylabel="direction 2‖方向2")

# %%
nearest = torch.cdist(z_test, z_train).topk(5, largest=False).values.mean(1)  # [windows]‖[窓の数]
distance = pd.Series(per_day(nearest[:, None].expand(-1, LENGTH)), test.index)
for name, values in {"by reconstruction error:‖再構成誤差による上位5日：": error,
                     "by latent position:‖潜在空間での位置による上位5日：": distance}.items():
    print(name, *[f"{day:%m-%d}" for day in values.nlargest(5).index])

# %% [markdown] lang="en"
# A ring: how a window looks depends mostly on the season it starts in, and after a year it looks nearly the same again. The
# test year draws only about half of it, because its windows must fit inside one year. The mean distance to the five
# nearest training windows is smooth: it says that *something* in half a year is unusual, hardly which day. The two detectors answer different questions.
#
# ## Are they any good?
#
# To know, we must know the answer. So we put **known** faults into the test year: ten spikes of 6 to 10 degrees, four
# waves of a week by 4 to 7 degrees, both up or down, and the sensor stuck twice, for eight days each. (The sample's own
# faults count as well.)

# %% [markdown] lang="ja"
# 輪になりました。窓の形は、1年のどの時期から始まるかでほぼ決まり、1年たつとほぼ元に戻るからです。テストの年の窓は1年の中に収まらなければ
# ならないので、輪の半分ほどだけを通ります。最も近い5つの訓練用の窓までの平均距離は、なめらかに変わります。半年のうちの**どこか**が
# 珍しいとは言えても、どの日かはほとんど言えません。2つの検出器は、別々の問いに答えているのです。
#
# ## 役に立つのか
#
# それを知るには、正解が必要です。そこで、どの日に入れたか**わかっている**異常をテストの年に入れます。6〜10度のスパイクを10日、4〜7度の1週間の波を4つ（どちらも
# 上向きと下向きがあります）、8日間のセンサー固着を2回です（見本にはじめから入っている異常も、正解に数えます）。

# %%
injected, kinds = anomaly.inject(test, seed=0)
if MY_FILE is None:
    for event in weather.sample_events().itertuples():
        kinds[event.start:event.end] = event.kind
print(kinds.replace(in_words | {"": "normal‖ふつう"}).value_counts().to_string(header=False))
strange = injected.where(kinds != "")
plots.lines({"test year‖テストの年": (injected.index, injected),
             "known faults‖入れた異常": (strange.index, strange)}, marks=".-", size=(9, 3),
            title="Known faults in the test year‖テストの年に入れた異常", ylabel="degrees C‖気温（℃）")

# %% [markdown] lang="en"
# Some of the faults leap to the eye, others are hidden by the weather. How strange a detector finds a day is the day's **score** (so far, the reconstruction error). Five numbers judge a detector.
# At its threshold: **precision**, the share of alarms that are right; **recall**, the
# share of strange days that are found; **false alarms**, the share of normal days that are flagged. Whatever the
# threshold: **ROC AUC**, the chance that a strange day, picked at random, scores higher than a normal day picked at random
# (0.5 is a random answer, 1 is perfect), and **AP** (average precision): go down the list from the highest score, note the
# precision at each strange day, and take the mean (random answers give about the share of strange days). Check the definition
# of ROC AUC by counting pairs:

# %% [markdown] lang="ja"
# ひと目でわかる異常もあれば、ふだんの変化に紛れる異常もあります。検出器が日ごとに出す「異常らしさ」の値を**スコア**といいます（ここまでは再構成誤差がそれでした）。検出器は、5つの数で評価します。しきい値を決めたときの値は3つあります。**適合率**（precision）は、警報のうち正しいものの割合です。
# **再現率**（recall）は、異常な日のうち見つかったものの割合です。**誤警報率**（false alarms）は、ふつうの日のうち警報が出たものの割合
# です。しきい値によらない値は2つあります。**ROC AUC** は、異常な日とふつうの日を1日ずつ無作為に選んだとき、異常な日のスコアのほうが
# 高い確率で、0.5ならランダムに答えたのと同じ、1なら完璧です。**AP**（平均適合率）は、スコアの高い順に見ていき、異常な日に行き当たるたびに求めた適合率
# の平均で、ランダムに答えると、異常な日の割合にほぼ等しくなります。ROC AUCの定義を、組を数えて確かめましょう。

# %%
climatology = anomaly.ClimatologyDetector().fit(train)
rival_score = climatology.score(injected).to_numpy()
is_strange = (kinds != "").to_numpy()
pairs = rival_score[is_strange][:, None] > rival_score[~is_strange]  # [strange, normal]‖[異常な日, ふつうの日]
by_library = anomaly.measure(climatology, injected, kinds)["ROC AUC"]
print(f"counting pairs {pairs.mean():.6f}, ROC AUC {by_library:.6f}‖組を数えると {pairs.mean():.6f}、ROC AUC {by_library:.6f}")

# %% [markdown] lang="en"
# `ClimatologyDetector` is the simple **baseline**, with no network at all: a smooth normal value for each day of the year, and
# how far the day lies from it in standard deviations. `PCADetector` keeps the few directions in which windows vary most
# and drops the rest, as the best autoencoder without activations would. `LatentDetector` scores the distance to the nearest training
# windows in latent space. `ReconstructionDetector.textbook()` is built like our network above and trained anew. **Predict
# the order of the four by AP.** (About ten seconds.)

# %% [markdown] lang="ja"
# `ClimatologyDetector`（気候値）は、ネットワークをまったく使わない、素朴な**ベースライン**（比較対象）です。訓練期間から、1年の各日の平均的な気温（気候値）
# をなめらかに求め、そこから標準偏差の何倍離れているかを見ます。`PCADetector` は、窓のばらつきが大きい方向を少しだけ残し、残りを捨て
# ます。活性化関数のない最良のオートエンコーダと同じ働きです。`LatentDetector` は、潜在空間で最も近い訓練用の窓までの距離をスコアにします。
# `ReconstructionDetector.textbook()` は、上と同じ構造のネットワークを学習し直したものです。**APの高い順を予想**してください（10秒ほど
# かかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer (sample).** Climatology, textbook network, PCA, position in latent space: AP about 0.63, 0.47, 0.37, 0.32. A likely bet is the network. The last two use season, channels and windows of their own, so the order cannot be derived from the text: take it as a bet.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え（見本）** 気候値、教科書どおりのネットワーク、PCA、潜在空間での位置の順で、APは約0.63、0.47、0.37、0.32です。ネットワークを1位と予想しがちです。後の2つは、季節の除去、チャネル、窓がそれぞれ違うので、順位は本文からは導けません。賭けとして扱ってください。

# %%
names = {"precision": "precision‖適合率", "recall": "recall‖再現率", "false alarms": "false alarms‖誤警報率"}
textbook = anomaly.ReconstructionDetector.textbook().fit(train)
detectors = {"textbook network‖教科書どおりのネットワーク": textbook,
             "PCA": anomaly.PCADetector().fit(train), "climatology‖気候値": climatology,
             "latent position‖潜在空間での位置": anomaly.LatentDetector(steps=300).fit(train)}
rows = {name: anomaly.measure(one, injected, kinds) for name, one in detectors.items()}
table = pd.DataFrame(rows).T
print(f"at random: ROC AUC 0.50, AP about {is_strange.mean():.2f}‖ランダムな答え：ROC AUC 0.50、AP 約{is_strange.mean():.2f}")
table[["ROC AUC", "AP", *names]].rename(columns=names).round(2)

# %%
textbook_ap = table["AP"]["textbook network‖教科書どおりのネットワーク"]
rival_ap = table["AP"]["climatology‖気候値"]
lesson.say("AP: textbook network **{ours:.2f}**, climatology **{theirs:.2f}**.‖APは、教科書どおりのネットワークが**{ours:.2f}**、気候値が**{theirs:.2f}**です。",
           ours=textbook_ap, theirs=rival_ap)

# %% tags=["instructor"]
assert MY_FILE or textbook_ap < rival_ap

# %% [markdown] lang="en"
# Read each row against the values of random answers: a detector near them has learned nothing useful, and one with many false
# alarms owes its recall to them. Where climatology has the larger AP, simple statistics have beaten the network; on the sample they do. Why? Three reasons, and
# each suggests a change.
#
# 1. **The season drowns the day.** Most of what the network learns is the yearly course, which we know already. Take
#    it out first: give the network the value in standard deviations from what is normal on that day.
# 2. **A network that may see the fault will copy the fault.** Let it practise repair instead: spoil each training window
#    with invented faults and ask for the window as it was. This is a **denoising autoencoder**. What it would change
#    about a day is the score.
# 3. **A stuck value is normal as a value.** Give the network a second series beside the first, a second **channel**: the
#    **stillness**, on every day of a run of equal values the length of the run minus 2, or 0 for runs of one or two days.
#
# All three use windows of 21 days: long enough for a wave and the days around it, and the season is out anyway. Their latent
# has 96 numbers, *more* than the window has days, so there is no bottleneck left: it is the repairing that keeps the
# network from copying. Here is its loss: first each whole window is moved up or down a little (`LEVEL`), because a warm
# month is no fault; then `spoil` puts spikes, waves and stuck days into the copy that the network sees.

# %% [markdown] lang="ja"
# 各行を、ランダムな答えの値と比べてください。それに近い検出器は役に立っておらず、誤警報率の高い検出器は、そのおかげで再現率が高いだけです。
# 気候値のAPのほうが大きければ、素朴な統計がネットワークを上回ったことになります。見本ではそうなります。なぜでしょうか。理由は3つあり、それぞれが改良の方針を教えて
# くれます。
#
# 1. **季節が日々の変化を覆い隠します。** ネットワークが学ぶことの大半は、すでにわかっている1年周期の変化です。先に取り除き、その日の気候
#    値から標準偏差の何倍離れているかを入力にします。
# 2. **入力に含まれる異常は、そのまま再構成されてしまいます。** そこで、異常を取り除く練習をさせます。訓練用の窓に作りものの異常を加え、
#    元の窓を答えさせるのです。これを**デノイジングオートエンコーダ**（雑音除去型の自己符号化器）といいます。ネットワークがその日の値を
#    どれだけ修正したかが、スコアになります。
# 3. **固着した値も、値としてはふつうです。** もとの系列と並べて、2つ目の系列（**チャネル**）として**静止度**（stillness）を与えます。同じ値が続いた日数から2を引いた
#    数（2日以下なら0）で、続きのどの日にも同じ値を入れます。
#
# 3つの改良に共通して、窓は21日とします。波とその前後の日が収まる長さで、季節はすでに取り除いてあるからです。潜在変数は96個で、窓の日数
# より**多い**ので、ボトルネックはもうありません。丸写しを防ぐのは、この修復の練習だけです。損失をソースコードで見てみましょう。まず、窓全体を少しだけ
# 上下にずらします（`LEVEL`）。暖かい月は異常ではないからです。次に `spoil` が、ネットワークに見せるほうの窓に、スパイク、波、固着を混ぜます。

# %%
lesson.show_source(anomaly.RepairingAutoencoder)

# %% [markdown] lang="en"
# One more repair: the threshold. The training years are cut into two blocks. A network that learned from one block judges
# the other, and the other way round. These **held-out** errors set two things. First the scale: in each channel 1 is the error that one held-out
# day in a thousand exceeds (an error here is the distance between input and output, not squared), and the **score** of a
# day is the larger of its channels' errors on this scale. Then the
# **threshold**: the score that one held-out day in 200 exceeds, which lies below 1. A new year is judged by the mean of both
# networks.
#
# The last row of the new table is a fairer baseline: climatology, and a rule written by hand that flags runs of equal values.
# It knows about stuck sensors what the second channel tells the network (for waves it has no rule), and its threshold is
# set in the same way. The three changes are added one after the other.
#
# **Predict:** which of the three steps brings most, and will the network beat the rule? (About half a minute: six networks
# are trained.)

# %% [markdown] lang="ja"
# もう1つ、しきい値も直します。訓練期間を2つに分け、片方で学んだネットワークにもう片方を判定させ、役割を入れ替えてもう一度行います。こうして得た、**学習に使って
# いない日**の誤差から、2つのものを決めます。まず目盛です。どのチャネルでも、1000日に1日だけが超える誤差を1とし、その目盛で測った各チャネルの
# 誤差のうち大きいほうを、その日の**スコア**とします（ここでの誤差は入力と出力の隔たりで、二乗はしません）。次に**しきい値**です。200日に1日だけが超えるスコアで、1より小さい値になります。新しい年は、
# 2つのネットワークの平均で判定します。
#
# 新しい表の最後の行は、より公平なベースラインです。気候値による検出器に、「同じ値が続いたら警報を出す」という規則を手で加えました。固着したセンサーについて
# は、2つ目のチャネルと同じ手がかりを使います（波のための規則はありません）。しきい値の決め方も同じです。改良は1つずつ重ねていきます。
#
# **予想：** 3つの改良のうち、最も効くのはどれでしょうか。ネットワークは、この規則を加えた気候値を上回るでしょうか（6つのネットワークを学習させるので、
# 30秒ほどかかります）。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer (sample).** By AP denoising brings most (about +0.28), then stillness (+0.24); removing the season alone costs AP. Against climatology with the rule the lead is small (AP about +0.04), within what another draw of faults may change.

# %% [markdown] lang="ja" tags=["instructor"]
# **答え（見本）** APで見て最も効くのはデノイジング（約+0.28）、次が静止度（約+0.24）です。季節を除くだけでは、APは下がります。規則を加えた気候値との差は小さく（APで約0.04）、異常の入れ方で変わりうる大きさです。

# %%
make = anomaly.ReconstructionDetector
value_only = {"features": anomaly.ValueFeatures, "steps": 700}
ladder = {"1 season removed‖1 季節を除く": make(model=models.Autoencoder, **value_only),
          "2 also denoising‖2 さらにデノイジング": make(**value_only),
          "3 also stillness‖3 さらに静止度": make(steps=700),
          "climatology and run rule‖気候値と規則": anomaly.RunRuleDetector()}
for name, detector in ladder.items():
    table.loc[name] = anomaly.measure(detector.fit(train), injected, kinds)
best = ladder["3 also stillness‖3 さらに静止度"]
table[["ROC AUC", "AP", *names]].rename(columns=names).round(2)

# %%
ours, rival = table.loc["3 also stillness‖3 さらに静止度"], table.loc["climatology‖気候値"]
lesson.say("All three changes: ROC AUC **{auc:.2f}**, AP **{ap:.2f}**. ‖3つの改良をすべて加えると、ROC AUCは**{auc:.2f}**、APは**{ap:.2f}**です。"
           "Climatology: ROC AUC {rival_auc:.2f}, AP {rival_ap:.2f}.‖気候値では、ROC AUCが{rival_auc:.2f}、APが{rival_ap:.2f}でした。",
           auc=ours["ROC AUC"], ap=ours["AP"], rival_auc=rival["ROC AUC"], rival_ap=rival["AP"])

# %% tags=["instructor"]
assert MY_FILE or ours["ROC AUC"] > rival["ROC AUC"]
assert MY_FILE or ours["AP"] > rival["AP"]

# %%
*changes, rule = ladder
steps = ["textbook network‖教科書どおりのネットワーク", *changes]
gains = {f"{after}, against {before}‖{after}（比較：{before}）": table.loc[after] - table.loc[before]
         for before, after in [*zip(steps, steps[1:]), (rule, steps[-1])]}
pd.DataFrame(gains).T[["ROC AUC", "AP", "recall"]].rename(columns=names).astype(float).round(2)

# %%
found_by_kind = table[[f"{kind} found" for kind in anomaly.KINDS]].astype(float)
found_by_kind.columns = [in_words[kind] for kind in anomaly.KINDS]
plots.bars(found_by_kind, "Days found of each kind (no bar: none)‖種類ごとの、見つかった日（棒がなければ0日）",
           "share of days found‖見つかった日の割合")

# %% [markdown] lang="en"
# The table of differences answers your guess. Its first row compares networks that differ in more than the season (short
# windows, no bottleneck, new threshold); a network without a bottleneck copies the faults too, so this step need not help.
# Judge by ROC AUC and AP: precision, recall and false alarms also depend on where each threshold happens to lie. Practising
# repair cures the copying, and stuck sensors are found reliably only where stillness, or the rule, watches for them. The last
# row: a rule written by hand for a fault that one expects gets far, and a difference of a few hundredths from one draw of
# faults decides nothing. Against the rule, whose threshold is set in the same way, the lead on the sample is largest for the
# waves (the picture), for which the network looks at the days around. They stay hard all the same: a week too warm or too cold may also be real weather.
#
# So what does the network see? Around the wave that it finds best: the value in standard deviations from normal, and what
# the networks would make of it.

# %% [markdown] lang="ja"
# 予想の答えは、差の表にあります。1行目で比べている2つのネットワークは、季節のほかに、窓の長さ、ボトルネックの有無、しきい値も違います。
# ボトルネックがないと異常まで丸写しするので、この段階だけで良くなるとは限りません。優劣はROC AUCとAPで見てください。適合率、再現率、誤警報率は、
# しきい値の位置にも左右されます。丸写しを防ぐのは修復の練習で、固着したセンサーを確実に見つけられるのは、静止度か規則で見張っているときだけです。
# 最後の行を見ると、予想できる異常なら、手書きの規則だけでもかなりのところまで行けることがわかります。異常の入れ方が1通りだけでは、小数第2位
# ほどの差から優劣は決められません。しきい値を同じように決めた規則と比べると、見本では、差が最も大きいのは波です（図。棒がないのは、1日も見つからなかったということです）。ネットワークは、前後の日々の様子も合わせて判断できるからです。それでも、波を見つけるのは難しいままです。実際の天気にも、
# 暖かすぎる週や寒すぎる週があるからです。
#
# ネットワークは何を見ているのでしょうか。いちばんよく見つけた波のまわりで、気候値からの隔たり（標準偏差単位）と、ネットワークによる修正後の値を
# 比べます。

# %%
value = anomaly.SeasonalFeatures(train).channels(injected)[0]  # [2, days] -> [days]‖[2, 日数] -> [日数]
repaired = value - best.changes(injected)[0]  # as both networks would repair it‖両方のネットワークで修正した値
flagged = best.predict(injected)
in_waves = (flagged & (kinds == "wave")).rolling(7, center=True).sum()
middle = int(in_waves.argmax())
near = slice(max(0, middle - 30), middle + 30)
days, faulty = injected.index[near], np.where(is_strange, value, np.nan)
plots.lines({"input‖入力": (days, value[near]), "repaired‖修正後": (days, repaired[near]),
             "known faults‖入れた異常": (days, faulty[near])}, size=(9, 3),
            title="Around one wave: input and repaired value‖ある波の前後：入力と修正後の値",
            ylabel="standard deviations‖標準偏差の何倍か")

# %% [markdown] lang="en"
# The gap between the two lines, on the scale of held-out days, is the value's part of the score. Days near normal hardly
# move. Days far from normal are pulled back, whether somebody spoiled them or not: there false alarms arise. And a wave that
# lies no farther from normal than real weather does is missed.

# %% [markdown] lang="ja"
# 2本の線の隔たりを先ほどの目盛で測ると、値のチャネルの誤差になります。気候値に近い日はほとんど動きません。気候値から大きく
# 外れた日は、異常を入れた日かどうかにかかわらず戻され、そこから誤警報が出ます。外れ方が実際の天気と同じくらいの波は、見逃します。

# %%
score = best.score(injected)
no_fault = flagged & (kinds == "")
print("flagged, but without a fault:‖警報が出たが、異常を入れていない日：",
      *[f"{day:%m-%d}" for day in injected.index[no_fault]])
by_kind = score[flagged].groupby(kinds.replace(in_words | {"": "(none)‖（なし）"}).rename("fault‖異常の種類"))
print(by_kind.agg(**{"days‖日数": "size", "median‖中央値": "median", "largest‖最大": "max"}).round(1))
plots.calendar(flagged, known=kinds != "",
               title="Dark with a dot: found. A dot alone: missed. Dark alone: false alarm‖点のある濃いマス：発見、点だけ：見逃し、濃いマスだけ：誤警報")

# %% [markdown] lang="en"
# The column *days* counts the flagged days of each kind; in each channel, a score of 1 is what about one held-out training day in a
# thousand exceeds. The line *(none)* counts flagged days that nobody spoiled: in the sample they are false alarms, with your own file
# perhaps real weather. Try to remember those days, or look them up in JMA's records of past weather.
#
# **Where the method ends.** The network practised on faults of the same three kinds that we then injected (with wider
# ranges of length and size). It does not know the events, but it knows their kinds. A fourth kind, say a sensor that drifts
# by a tenth of a degree a day, may pass. And one test year with one draw of faults is a small test: the table
# "Strange days" in the course's README has the means over five real stations and five draws.
#
# Where you put the threshold is a choice, not a truth: would you rather miss fewer faults, or raise fewer false alarms?
# **Predict** what a threshold of zero does to recall and to
# precision.

# %% [markdown] lang="ja"
# 表の「日数」は、警報が出た日数を種類ごとに数えたものです。どのチャネルでも、スコアの1は、学習に使っていない訓練期間の約1000日に1日が超える値です。表の「（なし）」
# の行は、異常を入れていないのに警報が出た日数です。見本なら誤警報ですが、自分のファイルなら、本当に変わった天気だったのかもしれま
# せん。その日のことを思い出すか、気象庁の「過去の気象データ検索」で調べてみてください。
#
# **この方法の限界。** ネットワークが練習した異常は、あとで入れた異常と同じ3種類です（長さと大きさの幅は広くとりました）。個々の出来
# 事は知らなくても、種類は知っていたのです。4つ目の種類、たとえば1日に0.1度ずつずれていくセンサーは見逃すかもしれません。また、1年
# に1通りの異常を入れただけでは、小さな試験にすぎません。教材のREADMEにある検出器（detector）の表では、実在する5つの観測所と5通りの異常で測った平均を示しています。
#
# しきい値の置き方に、唯一の正解はありません。見逃しと誤警報のどちらを減らしたいかで決めます。しきい値を0にすると再現率と適合率はどうなるか、**予想**してください。

# %% [markdown] lang="en" tags=["instructor"]
# **Answer.** Recall 1; precision is the share of strange days, about 0.22 (79 of 365, far more than in practice).

# %% [markdown] lang="ja" tags=["instructor"]
# **答え** 再現率は1、適合率は異常な日の割合（約0.22。365日中79日で、実際よりずっと多い割合です）になります。

# %%
levels = np.linspace(0, 2 * best.threshold_, 41)
alarms = [(score > level).to_numpy() for level in levels]
plots.lines({"recall‖再現率": (levels, [alarm[is_strange].mean() for alarm in alarms]),
             "precision‖適合率": (levels, [is_strange[alarm].mean() for alarm in alarms]),
             "our threshold‖決めたしきい値": ([best.threshold_] * 2, [0, 1])}, marks="-",
            title="Recall and precision at each threshold‖しきい値ごとの再現率と適合率",
            xlabel="threshold‖しきい値", ylabel="share‖割合")

# %% [markdown] lang="en"
# At the left every day is flagged: recall is 1, and precision is the share of strange days. To the right alarms become
# fewer; precision usually rises, but need not at every step. Move the threshold and watch the calendar:

# %% [markdown] lang="ja"
# 左端ではすべての日に警報が出るので、再現率は1、適合率は異常な日の割合になります。右へ行くほど警報は減り、適合率はたいてい上がり
# ます（必ずとは限りません）。しきい値を動かして、カレンダーの変化を見てください。

# %%
choices = best.threshold_ * np.array([0.25, 0.5, 1, 2, 4])
counts = [((score > choice).sum(), (is_strange & (score > choice)).sum()) for choice in choices]
pictures = [plots.calendar(score > choice,
                           f"{alarms} alarms, {right} of them right‖警報{alarms}日、うち正しいもの{right}日", kinds != "")
            for choice, (alarms, right) in zip(choices, counts)]
widgets.figure_slider(pictures, [f"threshold {choice:.2f}‖しきい値 {choice:.2f}" for choice in choices], start=2)

# %% [markdown] lang="en"
# ## Exercises
#
# Replace the line `raise NotImplementedError` by your code, run the cell, then the one below it. It says whether your
# answer is right, and if not, what it found.
#
# **Exercise 1.1 (5 minutes).** Write a function that returns the threshold that a given share of training days exceeds. Guess first: does a
# smaller share give a higher or a lower threshold?
#
# <details><summary>Hint 1</summary>Sort the errors in your mind. Which of them has the share above it?</details>
# <details><summary>Hint 2</summary>That is a quantile: of order 1 - share.</details>
# <details><summary>Hint 3</summary>A Series has the method .quantile(order); here the order is 1 - share.</details>

# %% [markdown] lang="ja"
# ## 演習
#
# `raise NotImplementedError` の行を自分のコードに書き換えて実行し、続いてその下のセルを実行してください。正しいかどうか、正しく
# なければ何がまずいのかを、言葉で教えてくれます。
#
# **演習1.1（5分）** 訓練期間のうち、指定した割合の日だけが超えるしきい値を返す関数を書いてください。まず**予想**：割合を小さくすると、しきい値
# は上がるでしょうか、下がるでしょうか。
#
# <details><summary>ヒント1</summary>誤差を小さい順に並べたところを思い浮かべてください。それより大きい側に、指定した割合の日が残る値はどれですか。</details>
# <details><summary>ヒント2</summary>それは 1 - share の分位点です。</details>
# <details><summary>ヒント3</summary>Seriesには .quantile(q) というメソッドがあります。q には、ヒント2の 1 - share を渡します。</details>

# %% exercise="1.1"
def threshold_for(train_error, share):
    """Return the error that this share of the days exceeds, a number.

    train_error: a Series [days] of errors; share: a number between 0 and 1.
    ‖この割合の日が超える誤差（数）を返します。

    train_error：誤差のSeries [日数]。share：0と1の間の数。
    """
    # BEGIN SOLUTION
    return train_error.quantile(1 - share)
    # END SOLUTION


# %%
result = checks.exercise_1_1(threshold_for)
print(result)
if result.passed:
    print({share: round(float(threshold_for(train_error, share)), 3) for share in (0.1, 0.01)})

# %% tags=["instructor"]
assert threshold_for(pd.Series(range(101)), 0.1) == 90

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 1.1.** A smaller share gives a higher threshold. Typical slips: `quantile(share)` (the wrong side), a share of the largest error, a number of days instead of an error.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（1.1）** 割合を小さくすると、しきい値は上がります。よくある誤り：`quantile(share)`（反対側）、最大の誤差に割合を掛ける、誤差ではなく日数を返す。

# %% [markdown] lang="en"
# **Exercise 1.2 (10 minutes).** Find a stuck sensor without a network: write a function that returns the length of the longest run of equal values.
# Guess first how long the longest run in the training years is, at a resolution of 0.1 degrees.
#
# <details><summary>Hint 1</summary>Walk through the values and count; when the value changes, start again at 1.</details>
# <details><summary>Hint 2</summary>You need two variables: the current run, and the longest so far.</details>
# <details><summary>Hint 3</summary><code>for before, now in zip(values, values[1:]): run = run + 1 if now == before else 1</code>,
# then <code>longest = max(longest, run)</code>. Both start at 1.</details>

# %% [markdown] lang="ja"
# **演習1.2（10分）** ネットワークを使わずに、固着したセンサーを探しましょう。同じ値が続いた最長の日数を返す関数を書いてください。まず予想：
# 0.1度刻みの訓練データで、最長は何日でしょうか。
#
# <details><summary>ヒント1</summary>値を順にたどって数えます。値が変わったら、1から数え直します。</details>
# <details><summary>ヒント2</summary>変数は2つ要ります。いま続いている日数と、これまでの最長です。</details>
# <details><summary>ヒント3</summary><code>for before, now in zip(values, values[1:]):</code> の中で <code>run = run + 1 if now == before else 1</code>、
# 続いて <code>longest = max(longest, run)</code> とします。どちらも1から始めます。</details>

# %% exercise="1.2"
def longest_run(values):
    """Return the length of the longest run of equal values, a whole number.

    values: a list of numbers, not empty.
    ‖同じ値が続いた区間のうち、最も長いものの長さ（整数）を返します。

    values：数のリスト（空ではない）。
    """
    # BEGIN SOLUTION
    run = longest = 1
    for before, now in zip(values, values[1:]):
        run = run + 1 if now == before else 1
        longest = max(longest, run)
    return longest
    # END SOLUTION


# %%
result = checks.exercise_1_2(longest_run)
print(result)
if result.passed:
    print("longest run, training years:‖最長の日数（訓練期間）：", longest_run(list(train)))
    print("longest run, test year with faults:‖最長の日数（異常を入れたテストの年）：", longest_run(list(injected)))

# %% tags=["instructor"]
assert longest_run([5.0]) == 1 and longest_run([3.1, 3.1, 4.0, 4.0, 4.0, 3.1]) == 3

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 1.2.** The printed value answers the guess; with faults the stuck sensors last eight days. Typical slips: one too few (counting equal pairs), the run that ends the list, never starting again at 1.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（1.2）** 予想の答えは、表示された値です。異常を入れた年には、8日続く固着があります。よくある誤り：1少ない（等しい組を数えている）、リストの最後まで続く区間を忘れる、1から数え直さない。

# %% [markdown] lang="en"
# **Exercise 1.3 (5 minutes).** Write precision and recall yourself. Guess first: a detector that flags every day, what
# are its two numbers?
#
# <details><summary>Hint 1</summary>Both fractions have the same numerator: days flagged <b>and</b> strange.</details>
# <details><summary>Hint 2</summary>Precision divides by the flagged days, recall by the strange days.</details>
# <details><summary>Hint 3</summary>For boolean arrays, (flagged & strange).sum() is the count of both.</details>

# %% [markdown] lang="ja"
# **演習1.3（5分）** 適合率と再現率を自分で書いてみましょう。まず予想：すべての日に警報を出す検出器では、2つの値はどうなりますか。
#
# <details><summary>ヒント1</summary>分子は同じです。警報が出て、しかも異常だった日の数です。</details>
# <details><summary>ヒント2</summary>適合率は警報が出た日数で、再現率は異常な日数で割ります。</details>
# <details><summary>ヒント3</summary>真偽値の配列なら、(flagged & strange).sum() が両方に当てはまる日数です。</details>

# %% exercise="1.3"
def precision_and_recall(flagged, strange):
    """Return precision and recall, two numbers in this order.

    flagged, strange: boolean arrays [days], each with at least one True.
    ‖適合率と再現率を、この順に2つの数で返します。

    flagged、strange：真偽値の配列 [日数]。どちらにもTrueが1つ以上あります。
    """
    # BEGIN SOLUTION
    both = (flagged & strange).sum()
    return both / flagged.sum(), both / strange.sum()
    # END SOLUTION


# %%
result = checks.exercise_1_3(precision_and_recall)
print(result)
if result.passed:
    print("every day flagged:‖すべての日に警報：", precision_and_recall(np.ones_like(is_strange), is_strange))
    print("our detector:‖この回の検出器：", precision_and_recall(flagged.to_numpy(), is_strange))

# %% tags=["instructor"]
answer = precision_and_recall(np.array([True, True, False]), np.array([True, False, False]))
assert np.allclose(answer, (0.5, 1))

# %% [markdown] lang="en" tags=["instructor"]
# **Notes, 1.3.** Every day flagged: precision is the share of strange days, recall 1. Typical slips: the two in the wrong order, both divided by all days, `and` instead of `&`.

# %% [markdown] lang="ja" tags=["instructor"]
# **指導上の注意（1.3）** すべての日に警報を出すと、適合率は異常な日の割合、再現率は1です。よくある誤り：2つの順番が逆、どちらも全日数で割る、`&` のかわりに `and` を使う。

# %% [markdown] lang="en"
# ## Things to try
#
# * `MY_FILE`: the file of your own town. Guess which days of the last year will be flagged, then look.
# * Inject with `anomaly.inject(test, seed=1)` and run the cells from there to the two tables again (about 40 seconds). Guess
#   how much the tables change from one draw to the next.
# * A sensor that drifts: `drifted = test.copy(); drifted.iloc[100:160] += np.linspace(0, 6, 60)`, then
#   `drifted.index[best.predict(drifted)]`. Guess whether it is flagged, and on which day.
#
# ## What we saw
#
# * An autoencoder learns what is usual; what it gives back badly is suspect. Without a bottleneck, or a repair to do, it
#   can simply copy.
# * Can it point at the strange days? On the sample the textbook network lost to simple statistics. With the kinds of faults as
#   a hint it won; in ROC AUC and AP, over a rule written by hand, by only a little.
# * A threshold comes from days held out of the network's training, and only known faults tell what it is worth.
#
# Here the latent was a means. In lesson 02 we narrow the bottleneck to two numbers, and look at the latent itself: a map of
# handwritten digits.

# %% [markdown] lang="ja"
# ## さらに試してみよう
#
# * `MY_FILE` に自分の町のファイルを指定してください。最後の1年のどの日に警報が出るか予想し、それから確かめましょう。
# * `anomaly.inject(test, seed=1)` で異常を入れ直し、そこから2つの表までのセルを実行し直してください（40秒ほど）。入れ方が変わると表はどれくらい
#   変わるか、予想してください。
# * ずれていくセンサー：`drifted = test.copy(); drifted.iloc[100:160] += np.linspace(0, 6, 60)` としてから
#   `drifted.index[best.predict(drifted)]` を見てください。警報は出るでしょうか、出るとしたら何日目でしょうか。予想してください。
#
# ## この回でわかったこと
#
# * オートエンコーダは「ふだん」を学びます。うまく返せないものは、異常かもしれません。ボトルネックか修復の課題がなければ、入力を丸写しする
#   だけで済んでしまいます。
# * 「いつもと違う日」を言い当てられたでしょうか。見本では、教科書どおりのネットワークは素朴な統計に負けました。異常の種類を手がかりとして
#   与えると勝てましたが、ROC AUCとAPで見ると、手書きの規則との差はわずかでした。
# * しきい値は、学習に使っていない訓練期間の日から決めます。その良し悪しは、わかっている異常を入れて初めて評価できます。
#
# 今回、潜在変数は手段でした。第2回ではボトルネックを2個の数まで狭め、潜在変数そのものを、手書き数字の地図として眺めます。
