"""Pad words: what the draw pad says, in each language of the course."""

from ..words import Words

WORDS = {
    "title": Words("Draw one digit", "数字を1つ書く"),
    "drew": Words("I drew a", "書いた数字"),
    "undo": Words("Undo", "元に戻す"),
    "clear": Words("Clear", "消す"),
    "use": Words("Use a photo", "写真を使う"),
    "paper": Words("Paper: draw here with a mouse, a pen or a finger", "紙：マウス、ペン、指で書けます"),
    "digits": Words("Ten digits in your hand", "あなたの筆跡の10個の数字"),
    "waiting": Words("Ten digits in your hand will stand here.", "ここに、あなたの筆跡で10個の数字が並びます。"),
    "keys": Words("Keys: 0 to 9 say which digit it is, Ctrl+Z takes the last stroke back.",
                  "キー：0〜9で書いた数字を選ぶ、Ctrl+Zで最後の1画を戻す。"),
    "start": Words("Draw one large digit on the paper.", "紙に数字を1つ、大きく書いてください。"),
    "saving": Words("Saving …", "保存しています…"),
    "lost": Words("No answer, so this is not saved yet. If no other cell is running, run this cell again.",
                  "応答がないため、まだ保存されていません。ほかのセルが実行中でなければ、このセルをもう一度実行してください。"),
    "reading": Words("Reading your digit …", "数字を読み取っています…"),
    "empty": Words("The paper is empty. What was saved as {name} stays until you draw again.",
                   "紙は白紙です。{name} は、次に書くまでそのまま残ります。"),
    "saved": Words("Saved as {name}.", "{name} に保存しました。"),
    "photo": Words("{name} is a picture, not drawn here. To start a drawing, draw over it.",
                   "{name} は、ここで書いたものではない画像です。上から書くと、新しく始まります。"),
    "uploaded": Words("Your photo is saved as {name}.", "写真を {name} に保存しました。"),
    "kept": Words("Your photo is saved as {name}. What was there before is kept as {kept}.",
                  "写真を {name} に保存しました。それまでのものは {kept} に残してあります。"),
    "large": Words("The photo is larger than {most} MB: crop it to the digit, or save it smaller.",
                   "写真が{most} MBより大きいので、使えません。数字のところを切り抜くか、小さくして保存し直してください。"),
    "damaged": Words("{name} cannot be used ({error}). It stays as it is until you draw a digit.",
                     "{name} は使えません（{error}）。数字を書くまで、そのまま残ります。"),
    "unsaved": Words("{name} was not saved ({error}).", "{name} を保存できませんでした（{error}）。"),
    "failed": Words("Your digit could not be read ({error}).", "数字を読み取れませんでした（{error}）。"),
    "other": Words("This looks like {article} {digit}: choose {digit}?",
                   "{digit}のように見えます。{digit}に変えますか。"),
    "choose": Words("Choose {digit}", "{digit}に変える"),
    "strange": Words("This does not look like a digit. If you meant one, draw it again, large and alone.",
                     "数字ではないように見えます。数字を書いたのでしたら、1つだけ大きく書き直してみてください。"),
}
STILL = Words("Run the notebook to draw here", "実行すると、ここに書けます")  # where no kernel runs
REOPENED = Words("This is the saved picture. Run this cell to draw here.",
                 "保存されている画像です。このセルを実行すると、書けるようになります。")
