"""Words by which mail programs begin the history: English, French, Dutch, German, Spanish, Italian, Portuguese, Danish,
Norwegian, Swedish, Polish, Russian, Chinese.
"""

import re

# "On … wrote:".
WROTE = (
    r"wrote|writes|a écrit|écrit|schreef|schrieb|escribió|ha escrito|ha scritto|scrisse|escreveu|skrev|"
    r"geschreven|napisał(?:\(a\))?|napisała|pisze|написал(?:\(а\))?|написала|пишет|写道|寫道|写到"
)
ORIGINALS = (
    r"original message|original appointment|forwarded message|begin forwarded message|reply message|"
    r"message d['’]origine|message original|message transféré|message réexpédié|e-mail d['’]origine|"
    r"début du message (?:transféré|réexpédié)|courriel original|"
    r"oorspronkelijk bericht|doorgestuurd bericht|begin doorgestuurd bericht|origineel bericht|"
    r"ursprüngliche nachricht|original ?-?nachricht|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|"
    r"mensaje original|mensaje reenviado|mensaje enviado|inicio del mensaje reenviado|"
    r"messaggio originale|messaggio inoltrato|inizio messaggio inoltrato|"
    r"mensagem original|mensagem encaminhada|mensagem reencaminhada|início da mensagem (?:encaminhada|reencaminhada)|"
    r"oprindelig (?:meddelelse|besked)|videresendt (?:meddelelse|besked)|start på videresendt besked|"
    r"opprinnelig melding|videresendt melding|"
    r"ursprungligt meddelande|originalmeddelande|vidarebefordrat (?:meddelande|brev)|"
    r"(?:wiadomość oryginalna|oryginalna wiadomość|wiadomość przekazana|przekazana wiadomość|"
    r"treść przekazanej wiadomości)|"
    r"исходное сообщение|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|"
    r"原始邮件|原邮件|转发的邮件|转发邮件信息|原始郵件|轉寄郵件"
)
# Labels of the block that Outlook and others write above an e-mail.
FROM = r"from|de|van|von|da|fra|från|od|от|от кого|发件人|寄件者|寄件人"
SENT = (
    r"sent|envoyé(?: le)?|verzonden|gesendet|enviado(?: el| em)?|enviada(?: em)?|inviato|sendt|skickat|"
    r"wysłan[oey]|отправлено|发送时间|发送日期|寄件日期|傳送時間"
)
DATE = r"date|datum|fecha|data|dato|дата|日期|时间"
TO = r"to|à|pour|aan|an|para|a|per|til|till|do|кому|收件人|destinataire"
SUBJECT = r"subject|objet|sujet|onderwerp|betreff|asunto|oggetto|assunto|emne|ämne|temat|тема|主题|主旨|re"
OTHERS = (
    r"cc|bcc|cci|kopie|kopia|копия|抄送|副本|reply-to|répondre à|antwort an|responder a|importance|priority|"
    r"wichtigkeit|priorité|attachments?|anlagen?|pièces? jointes?|bijlagen?|adjuntos?|allegati"
)


def label_pattern(labels: str) -> re.Pattern[str]:
    """Pattern of a line such as "From: Claire" or "*De :* Claire"."""
    return re.compile(rf"\s*[*_]{{0,2}}(?:{labels})[ \t\xa0]?[:：][*_]{{0,2}}(?=\s*\S)", re.I)


FROM_LINE, SENT_LINE, DATE_LINE = label_pattern(FROM), label_pattern(SENT), label_pattern(DATE)
TO_LINE, SUBJECT_LINE = label_pattern(TO), label_pattern(SUBJECT)
KNOWN_LINE = re.compile(rf"\s*[*_]{{0,2}}(?:{FROM}|{SENT}|{DATE}|{TO}|{SUBJECT}|{OTHERS})[ \t\xa0]?[:：]", re.I)
LABELLED_LINE = re.compile(r"\s*[*_]{0,2}[^\W\d_][\w '’()/.-]{0,30}[ \t\xa0]?[:：](?:\s|[*_]|$)")

_ADDRESS = r"<?[^\s<>@]{1,64}@[^\s<>@]{1,200}>?"
_OPENING = (
    r"(?:on|le|op|am|el|il|em|den|w dniu|dnia|mån|tis|ons|tors|fre|lör|sön|понедельник|вторник|среда|четверг|пятница|"
    r"суббота|воскресенье)\b|在|\W?\d|[^\W\d_]{2,4}[.,]"
)
OPENING = re.compile(rf"\s*(?:{_OPENING})", re.I)
# A name or nothing, and an address.
NAMED = re.compile(rf"\s*[^\s<>@][^<>@:]{{0,80}}\s{_ADDRESS}", re.I)
DATED = re.compile(r"(?=.*\b(?:19|20)\d\d\b).*\d{1,2}[:.h]\d\d", re.I)
# A verb at the end, or one that the name follows.
_VERB = rf"(?:(?:{WROTE})\s*|(?:schreef|schrieb|skrev|escribió|napisał(?:\(a\))?)(?:\s+\S+){{0,8}}\s*)"
# Lines above a quotation, whole. A person's own sentence may end with a colon too, and is longer or has no date.
ATTRIBUTIONS = [
    re.compile(rf"(?=.*[\d@])(?:{_OPENING}).*\b{_VERB}[:：]", re.I),
    # "Claire Martin <claire@example.org> wrote:", also with its date after the verb.
    re.compile(rf"(?:\S+\s+){{0,16}}{_ADDRESS}.{{0,40}}?(?:{WROTE}).{{0,60}}[:：]", re.I),
    re.compile(rf"(?:\S+\s+){{0,3}}(?:{WROTE})\s*[:：]", re.I),
    # "2026-11-10 12:34 GMT+01:00 Claire <claire@example.org>:", "вт, 10 нояб. 2026 г. в 12:34, Claire <…>:".
    re.compile(rf".*\d{{1,2}}[:.]\d\d.*{_ADDRESS}\s*[:：]", re.I),
    re.compile(r".*[于在].*\d.*写道[:：]"),
    # In any other language: few words with an address, or with a year and a time.
    re.compile(rf"(?:\S+\s+){{0,4}}<{_ADDRESS}(?:\s+\S+){{0,6}}\s*[:：]", re.I),
    re.compile(r"(?=.*\b(?:19|20)\d\d\b)(?=.*\d{1,2}[:.h]\d\d)(?:\S+\s+){0,7}\S*[:：]", re.I),
]
# Enough of a date and an address that no person writes it: nothing need be quoted after it.
CERTAIN = re.compile(
    rf"(?=.*(?<!\d)(?:19|20)\d\d(?!\d))(?=.*\d{{1,2}}[:.h]\d\d)(?=.*{_ADDRESS})(?=.*(?:{WROTE}|{_ADDRESS}\s*[:：]$)).*[:：]",
    re.I,
)
DIVIDER = re.compile(rf"\s*>?\s*[-–—=*_]{{2,}}\s*(?:{ORIGINALS})\s*[:：]?\s*[-–—=*_]{{2,}}\s*", re.I)
# "Begin forwarded message:", a divider only when a header follows.
LEAD_IN = re.compile(rf"\s*[-–—=*_]{{0,20}}\s*(?:{ORIGINALS})\s*[:：]\s*", re.I)
# Lines of dashes or underscores, alone or with some words between them.
RULE = re.compile(r"\s*(?:_{8,}|[-–—=]{5,}|[-–—=*]{3,}[^-–—=*]{1,60}[-–—=*]{3,})\s*")
# The words of a form.
FORM_LINE = re.compile(
    r"\s*[*_]{0,2}(?:(?:votre |your |corps du |ihre )?(?:message|nachricht|bericht|mensaje|messaggio|mensagem|"
    r"meddelelse|meddelande|wiadomość|сообщение|留言)|message body|comments?|commentaires?|demande|question|vraag|"
    r"frage|texte?|t[ée]l[ée]phone|telefon|telefoon|phone|tel|e-?mail)\b[^:：\n]{0,30}[:：]",
    re.I,
)
# Cheaper than all of the above: a line of dashes, a label, an opening, a name with an address.
CANDIDATE = re.compile(
    rf"{DIVIDER.pattern}$|{LEAD_IN.pattern}$|{RULE.pattern}$|{FROM_LINE.pattern}|\s*(?:{_OPENING}).*(?:\d|@)|{NAMED.pattern}",
    re.I,
)
