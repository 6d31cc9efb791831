"""The history that mail programs repeat is folded; what may be new never is."""

from contacts.channels.letters.history import split_history
from contacts.channels.letters.html_text import html_to_text

ATTRIBUTIONS = [
    "On Tue, Nov 10, 2026 at 12:34 PM Claire <claire@pro.example> wrote:",
    "On 10/11/2026 12:34, Claire wrote:",
    "Le mar. 10 nov. 2026 à 12:34, Claire Martin <\nclaire@pro.example> a écrit :",
    "Claire Martin <claire@pro.example> a écrit :",
    "Op 10 nov. 2026 om 12:34 heeft Claire <claire@pro.example> het volgende geschreven:",
    "Claire <claire@pro.example> schreef op di 10 nov 2026 om 12:34:",
    "Am Di., 10. Nov. 2026 um 12:34 Uhr schrieb Claire <claire@pro.example>:",
    "Claire <claire@pro.example> schrieb am Di., 10. Nov. 2026, 12:34:",
    "El mar, 10 nov 2026 a las 12:34, Claire (<claire@pro.example>) escribió:",
    "Il giorno mar 10 nov 2026 alle ore 12:34 Claire <claire@pro.example> ha scritto:",
    "Em ter., 10 de nov. de 2026 às 12:34, Claire <claire@pro.example>\nescreveu:",
    "Den tir. 10. nov. 2026 kl. 12.34 skrev Claire <claire@pro.example>:",
    "tis 10 nov. 2026 kl. 12:34 skrev Claire <claire@pro.example>:",
    "wt., 10 lis 2026 o 12:34 Claire <claire@pro.example> napisał(a):",
    "W dniu 10.11.2026 o 12:34, Claire pisze:",
    "вт, 10 нояб. 2026 г. в 12:34, Claire <claire@pro.example>:",
    "10.11.2026 12:34, Claire пишет:",
    "Claire <claire@pro.example> 于2026年11月10日周二 12:34写道：",
    "在 2026年11月10日，12:34，Claire <claire@pro.example> 写道：",
    "2026-11-10 12:34 GMT+01:00 Claire <claire@pro.example>:",
    "Quoting Claire <claire@pro.example>:",
    "\u200eOn 10 Nov 2026, at 12:34, Claire <claire@pro.example> wrote:",
]
BLOCKS = [
    "From: Claire\nSent: Tuesday\nTo: Ana\nSubject: Visit",
    "From: Claire <c@pro.example>\nDate: Tuesday\nTo: Ana\nSubject: Visit",
    "*De :* Claire\n*Envoyé :* mardi\n*À :* Ana\n*Objet :* Visite",
    "Van: Claire\nVerzonden: dinsdag\nAan: Ana\nOnderwerp: Bezoek",
    "Von: Claire\nGesendet: Dienstag\nAn: Ana\nBetreff: Besuch",
    "De: Claire\nEnviado el: martes\nPara: Ana\nAsunto: Visita",
    "Da: Claire\nInviato: martedì\nA: Ana\nOggetto: Visita",
    "De: Claire\nEnviada em: terça\nPara: Ana\nAssunto: Visita",
    "Fra: Claire\nSendt: tirsdag\nTil: Ana\nEmne: Besøg",
    "Från: Claire\nSkickat: tisdag\nTill: Ana\nÄmne: Besök",
    "Od: Claire\nWysłano: wtorek\nDo: Ana\nTemat: Wizyta",
    "От: Claire\nОтправлено: вторник\nКому: Ana\nТема: Визит",
    "发件人： Claire\n发送时间： 2026年\n收件人： Ana\n主题： RE",
]
DIVIDERS = [
    "-------- Original Message --------",
    "---------- Forwarded message ---------",
    "Begin forwarded message:",
    "-------- Message transféré --------",
    "-----Message d’origine-----",
    "Début du message réexpédié :",
    "---------- Doorgestuurd bericht ----------",
    "-----Ursprüngliche Nachricht-----",
    "Anfang der weitergeleiteten Nachricht:",
    "-------- Mensaje original --------",
    "-------- Messaggio inoltrato --------",
    "-------- Mensagem encaminhada --------",
    "-----Oprindelig meddelelse-----",
    "-----Ursprungligt meddelande-----",
    "-------- Wiadomość oryginalna --------",
    "-------- Пересылаемое сообщение --------",
    "------------------ 原始邮件 ------------------",
    "-------- In another language --------",
    "________________________________",
]
HEADERS = "Subject: Visit\nDate: Tue, 10 Nov 2026\nFrom: Claire <c@pro.example>\nTo: Ana"
NEW = [
    "A request from your site:\nDe : Jean Petit\nDate : 12/12/2026\nMessage : je voudrais visiter",
    "Hello,\n\nDe : Jean Petit\nEnvoyé : 12/12/2026\nMessage : je voudrais visiter",
    "Hello,\n\nFrom: Jean <j@x.example>\nSubject: Visit\n\nMessage Body:\nI want to visit\n\n--\nSent by a form",
    "Hello\n________________________________\nJean Petit\nTel 06",
    "Hello\n--------------------\nDe : Jean\nEmail : j@x.example\nMessage : bonjour",
    "From: 10 May 2026\nTo: 20 May 2026\nGuests: 4",
    "My way:\nDe : Lyon\nÀ : Paris\nDate : 12 mai\n\nI come.",
    "Hello\n\nOn Monday my wife wrote:\nshe would like the garden.",
    "Le 10 mai 2026 à 12:30 je peux :\n- visiter\n- signer",
    "On 10 Nov 2026, at 12:34, Claire <c@x.example> wrote:\n> When?\nOn Tuesday.\n> With whom?\nAlone.",
    "See me\n-----------\nSection two",
]
SENTENCES = [
    "You can write to my notary at n@notary.example, who told me this:",
    "I was there on 10 May 2026 at 12:30 and then you said to me:",
    "On reading what you wrote, I have a question about this:",
]
WEB = [
    "<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm'><p><b>Van:</b> Claire<br>"
    "<b>Verzonden:</b> dinsdag<br><b>Aan:</b> Ana</p></div><p>Dag</p>",
    "<div class=yahoo_quoted><div>Le mar. 10 novembre 2026 à 12:34, Claire &lt;c@x.example&gt; a écrit :</div>A</div>",
    "<div><blockquote type=cite>Le 10 nov. 2026 à 12:34, Claire a écrit :<br><div>Bonjour</div></blockquote></div>",
    "<div class='protonmail_quote'>On Tuesday, Claire wrote:<br><blockquote>Bonjour</blockquote></div>",
    "<div class='gmail_quote'><div class='gmail_attr'>Τρί 10 Νοε 2026 Claire έγραψε:<br></div>"
    "<blockquote class='gmail_quote'>Bonjour</blockquote></div>",
    "<hr><div id='divRplyFwdMsg'><b>Lähettäjä:</b> Claire<br><b>Lähetetty:</b> tiistai<br><b>Aihe:</b> x</div>Hei",
]


def test_quoted_lines_are_folded_with_the_line_above(subtests):
    for attribution in ATTRIBUTIONS:
        for gap in ("\n", "\n\n"):
            with subtests.test(attribution):
                history = f"{attribution.lstrip('\u200e')}{gap}> Hello\n>\n> Claire"
                text = f"Yes, at ten.{gap}{attribution}{gap}\ufeff> Hello\n>\n> Claire"
                assert split_history(text) == ("Yes, at ten.", history)


def test_signature_below_the_history_stays():
    text = f"Yes.\n\n{ATTRIBUTIONS[0]}\n> Hello\n\n-- \nAna\n06 12"
    assert split_history(text) == ("Yes.\n\n--\nAna\n06 12", f"{ATTRIBUTIONS[0]}\n> Hello")


def test_history_without_quotation_marks_is_folded(subtests):
    for block in BLOCKS:
        for rule in ("", "________________________________\n", "-----Original Message-----\n"):
            with subtests.test(f"{rule}{block}"):
                assert split_history(f"Yes.\n\n{rule}{block}\n\nHello") == ("Yes.", f"{rule}{block}\n\nHello")
    for divider in DIVIDERS:
        with subtests.test(divider):
            history = f"{divider}\n{HEADERS}\n\nHello"
            assert split_history(f"See below.\n\n{history}") == ("See below.", history)
    with subtests.test("certain attribution"):
        assert split_history(f"Yes.\n\n{ATTRIBUTIONS[0]}\n\nHello") == ("Yes.", f"{ATTRIBUTIONS[0]}\n\nHello")


def test_new_words_are_never_folded(subtests):
    for text in NEW:
        with subtests.test(text):
            assert split_history(text) == (text, "")
    for sentence in SENTENCES:
        with subtests.test(sentence):
            assert split_history(f"{sentence}\n> The deed") == (sentence, "> The deed")


def test_history_of_html_is_folded(subtests):
    for html in WEB:
        with subtests.test(html):
            new, quoted = split_history(html_to_text(f"<div>Yes.</div>{html}"))
            assert new == "Yes." and "Claire" in quoted
