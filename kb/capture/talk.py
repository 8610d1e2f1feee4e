"""Tells what people say to each other from what a reader can use: greetings, thanks, ticket talk."""

import re
from functools import cache

from kb.capture.language import languages

_NAMES = r"(?:[ ,]+(?:<person-\d+>|(?!(?:When|I|My|The|We|After|Since|As|In|How|What|Is|Can|This|There|If|On|For|Every|Each|All|Some|Today|Yesterday|Recently|Just|Using|Ich|Seit|Wenn|Wie|Je|Depuis|Tengo|Al|Desde|Da|Ho|Non|Sinds|Bij)\b)[A-Z][\w-]*|there|all|everyone|everybody|folks|guys|team|again|zusammen|à tous|a todos|a tutti|todos|tutti))"
_FILLER = re.compile(
    r"(?i)(?:<(?:person|user)-\d+>[ ,.:;!…-]+|(?:ok(?:ay)?|well|actually|so|yes|no|yep|sure|never ?mind|nvm|sorry|anyway"
    r"|anyhow|hmm+|oh|ah|wow|by the way|btw|fyi|edit|update|answered|solved|solution|fixed|resolved|problem solved"
    r"|great|perfect|thanks?(?: you)?(?: so much| again| very much| a lot| for [^,.!?\n]{1,60})?|many thanks|please help"
    r"|help|good (?:morning|afternoon|evening|day)|ho risolto(?: da solo| io)?|risolto|gelöst|gel[oö]st hab ich es so|lösung|résolu|solution trouvée|solucionado|solución|resuelto|resolvido|resolvi|solução|opgelost|oplossing|vyřešeno|řešení|megoldva|megoldás|rozwiązane|çözüldü|解決|memo to self|(?:added|additional) (?:note|notation|comment|info(?:rmation)?)|addendum|correction|note to self|in any case|scratch that)(?: <person-\d+>)?(?:\s*(?:\.{3,}|…)\s*|(?:\s*[,!.:;]+|\s+-+)\s+))"
)
_OPENS = re.compile(
    r"""(?x)^\W*(?:thank(s|\ you|ing)?|thx|many\ thanks|cheers|best|regards|(kind|best|warm)\ regards|sorry
        |apologies|i\ apologi[sz]e|please\ forgive|great|perfect|awesome|wonderful|brilliant|hope\ (this|that|it|you|someone|i)\b
        |no\ problem|happy\ to|glad|you're\ (very\ )?welcome|welcome|sure|good\ (luck|question|point|to\ hear)|wow|phew|hurray|yay
        |happy\ new|have\ a\ (nice|good|great)|love\ from|i\ am\ new|puzzling|strange|weird|urgent|(please\ )?any\ (ideas?|help|advice|suggestions?|thoughts?|clues?)
        |all\ help|what\ gives|bump|scratch\ (this|that)|never\ ?mind|problem\ solved|solved|resolved|fixed)\b(?!\ (the\ (?!issue\W*$|problem\W*$)|by|it\ by|with|this\ by|in|when))
      | ^\W*((please\ )?help(\ me)?|edit(ed)?|hopefully|(good\ )?(morning|afternoon|evening|day))\W*$
    """
)
_TALK = re.compile(
    r"""(?x)
      \b(let\ (me|us)\ know|please\ (reply|reach\ out|confirm|report|advise|help|assist|explain|respond|post|tell|share)|report\ (back|on)\b
        |i('ll|\ will|\ would|'d)\ (close|mark|keep|leave|look|check|be\ happy|report|wait|post|try|appreciate|give|see|get|update\ (you|this|the))
        |we('ll|\ will)\ (close|look|get\ back)|happy\ to\ help|get\ back\ to\ you|reach\ out|this\ (ticket|thread|question|post|forum)
        |your\ (ticket|question|post|patience|account\ manager|reply|response|help|time|message|suggestion|advice)
        |thanks\ for|thank(s|\ you|ing)\b|sorry\ (for|about|to)|i('m|\ am)\ sorry|could\ you|can\ you|would\ you|did\ you|have\ you|are\ you|do\ you|does\ that\ help
        |(any(one|body)|some(one|body))\ (help|know|tell|have\ any|here|else|please)|(appreciat\w+)\b|mark(ed|ing)?\ (this|it|the\ \w+)?\ ?(as|as\ a)?\ ?(re)?solved
        |(question|post|thread)\ (can|may|could)\ be|file\ a\ bug|bug\ report|not\ (very\ )?helpful|(see|view|are|is)\ (the\ )?(attach\w+|screen\ ?shots?)|screen\ ?shots?|(pic|picture|image|images|file)\ (is\ |are\ )?(attached|below)
        |i('m|\ am|\ have|'ve)\ (attach\w+|includ\w+|post\w+|sending)|(above|attached|enclosed)\ (screen|image|picture|pic)|i\ (hope|wish|guess\ not)\b
        |^this\ is\ about\b|^(also\ )?below\ (is|are)\b|^i('ve|\ have)?\ (finally\ )?(found|figured\ out)\ (the|an|my)\ (answer|solution|fix)\b.{0,40}$|please[!.]*$|hope\ (this|that|it)\ helps?|disregard\ (this|my)|not\ the\ place\ to\ ask|(?:delete|close|ignore|remove)\ (?:this|my|the)\ (?:topic|thread|post|question|ticket)|(?:for|to)\ (?:anyone|whoever|those|others|people)\ (?:else\ )?(?:who|with|having|that)\b.{0,60}(?:same|this|problem|issue|here)|i\ (could|can)\ (really\ )?(use|do\ with)\ (some\ |any\ )?help
        |^(i|we)?('ve|\ have)?\ ?been\ using\b.{0,60}\b(years|decades?)\W*$|you\ guys|welcome\ to\b|moderators?\b|feel\ free)
    """
)
_TOLD = re.compile(
    r"""(?x)^\W*(?:(?:and|but|so|now|well|ok|okay|yes|finally|anyway|at\ least|it\ (?:seems|appears|looks)\ (?:like|that|as\ if|as\ though)|so\ far|i\ (?:think|guess|believe))[ ,]+)*
        (?:(?:this|that|it|everything|all|things?|your\ \w+|the\ (?:problem|issue|question|matter|solution|trick)|my\ (?:problem|issue|question)|problem|issue|both|which|these|those)\ ?
            (?:'s|\ is|\ was|\ are|\ has|\ have|\ seems?|\ now|\ then|\ all|\ also|\ did|\ does|\ do|\ just|\ finally|\ been|\ to|\ be|\ have|\ already|\ totally|\ completely)*
            \ ?(?:work(?:s|ed|ing)?|solved|fixed|resolved|did|trick|help(?:s|ed)?|fine|good|great|ok|okay|perfect|sorted|gone|back|normal|running)\b.{0,45}
        |(?:i('ve|\ have)?\ (?:already\ |finally\ |just\ |now\ )*(?:solved|resolved|fixed|sorted|figured|worked|found)\ (?:it|this|that|the\ (?:problem|issue|solution|answer|reason|cause)|my\ (?:own\ )?(?:problem|issue))(?:\ out)?(?:\ (?:myself|now|finally|already))*
        |(?:now\ )?(?:back\ )?up\ and\ running.{0,20}|works?\ (?:fine|great|perfectly|now|like\ a\ charm|well|again|for\ me)?.{0,20}
        |(?:all\ )?(?:good|sorted|done|solved|fixed|resolved|works|ok|fine)(?:\ now|\ again|\ then)?))[\s.!)…]*$"""
)
_HISTORY = re.compile(
    r"""(?x)^(?:(?:and|but|so|also|now|well)[ ,]+)*(?:
        (?:i|we)(?:'m|'ve|\ am|\ have|\ was|\ had)?\ (?:been\ )?(?:an?\ )?(?:using|used|use|user|running|on)\b.{0,60}\b(?:years|decades?|ages|(?:long|some)\ time|exclusively|since\ (?:19|20)\d\d)\b.{0,20}$
        |i(?:'m|\ am|\ was)\ (?:really\ |so\ |very\ |quite\ |just\ |not\ )*(?:an?\ )?(?:very\ |really\ |total\ |complete\ |old\ )*(?:\d\d\b|old\b|elderly|senior|novice|newbie|newbee|newb|noob|beginner|retired|desperate|frustrated|stuck|lost\W|confused|puzzled|baffled|at\ my\ wit|going\ (?:crazy|mad|nuts)|(?:tech|computer|it)[\ -]|technical|tech\ ?savvy|new\ to)
        |i\ (?:have\ |'ve\ |was\ )?(?:search\w*|googl\w*|look\w*)\ (?:for|in|on|through|around|at)\b|when\ i\ get\ this\b|i\ have\ a\ vague\b|i\ have\ no\ idea\b|i\ (?:don't|do\ not)\ (?:wanna|want\ to)\ (?:switch|lose|change)|i\ know\ (?:this|that|it)|i\ (?:really\ )?(?:love|like|hate)\b|it\ (?:was|is|has\ been)\ (?:such\ )?(?:a\ (?:real\ )?(?:nightmare|pain|pity|shame|mess)|(?:very\ |so\ |really\ |extremely\ |most\ )*(?:annoying|frustrating))
        |.{0,40}\bdriving\ me\ (?:crazy|nuts|mad|insane)|(?:this|that|which)\ is\ (?:very\ |so\ |really\ |extremely\ )*(?:annoying|frustrating|unacceptable|ridiculous)
        |(?:here|below|attached|above)\ (?:is|are)\b.{0,60}$|what\ am\ i\ (?:missing|doing\ wrong)|where\ has\ it\ (?:all\ )?gone|not\ even\b.{0,20}$|p\.?\ ?[sd]\.?\ ?[:.-]\ .*$|p\.?s\.?\W.{0,60}$|i'd\ (?:really\ )?(?:hate|like|love)\ to\ (?:keep|stay)
        |(?:really|very|so)\ (?:annoying|frustrating).{0,30}$)"""
)
_FAREWELLS = (
    "thanks",
    "thank you",
    "many thanks",
    "thanks in advance",
    "thx",
    "cheers",
    "regards",
    "kind regards",
    "best regards",
)
_LONG, _SENTENCE, _TAIL, _LENGTHY, _OPENING = 300, 4, 80, 200, 60
_DUMP = re.compile(r"[=;<>:]")
_MARKS = re.compile(r"\s*((<[a-z][a-z:-]*?(-\d+)?>|\W)\s*)+")
_MARK = re.compile(r"(?:[)\].,;:=*–—]+\s|-+\s|re:)*\s*", re.I)
_SLASHED = re.compile(r"^/ ?\w+(?: \w+)?$")
_NAME_ONLY = re.compile(r"^\W*[\w<>-]+( [\w<>-]+){0,2},$")


def begins(text: str) -> int:
    """Return after how many characters of greeting and lead-in a sentence itself begins."""
    place = _MARK.match(text).end()  # type: ignore[union-attr]
    while match := (_greeting().match(text, place) or _FILLER.match(text, place)):
        if match.end() == place or not text[match.end() :].strip():
            break
        place = match.end()
    return place


def ends(text: str, lang: str) -> int:
    """Return where a sentence itself ends, before thanks and a signature that follow without a full stop."""
    match = _trailing(lang).search(text, max(0, len(text) - _TAIL))
    return match.start() if match and len(text[: match.start()].split()) > _SENTENCE else len(text)


@cache
def _trailing(lang: str) -> re.Pattern[str]:
    """Return what matches thanks and greetings at a sentence's end."""
    words = (*(languages()[lang].closing if lang != "en" else ()), *_FAREWELLS)
    ways = "|".join(sorted(map(re.escape, words), key=len, reverse=True))
    return re.compile(
        rf"(?i)(?:[\s,.!;:–-]+(?:{ways})(?:[ ,]+(?:<person-\d+>|(?-i:[A-Z]\w+))){{0,2}})+[\s.!,:)–-]*$"
    )


_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget) (?:all |any |the |your )*(?:previous|prior|above|earlier|other|system)? ?(?:instructions?|prompts?|rules)\b"
    r"|\bsystem prompt\b|\byou are (?:now )?an? (?:\w+ )?(?:ai|assistant|language model|llm|chatbot)\b|<\|?(?:system|im_start|assistant)\b|^\s*(?:system|assistant)\s*:"
)

_ORDERING = ("instruction", "prompt", "rules", "you are", "system", "assistant", "im_start")
"""One of these stands in every order; most sentences have none and are not searched."""


def is_talk(text: str, lang: str = "en") -> bool:
    """Say whether a sentence is a greeting, thanks, an apology, or about the ticket itself."""
    small = text.lower()  # patterns in small letters are looked for thrice as fast
    return bool(
        _OPENS.match(small)
        or _TOLD.match(small)
        or _TALK.search(small if len(small) <= _LENGTHY else small[:_OPENING])
        or (any(word in small for word in _ORDERING) and _ORDERS.search(small))
        or _NAME_ONLY.match(text)
        or _SLASHED.match(text)
        or _MARKS.fullmatch(text)
        or _greets().match(text)
        or (lang != "en" and _foreign(lang).search(text) is not None)
    )


def is_history(text: str) -> bool:
    """Say whether a sentence of an issue tells of the person, or is a heap of headers, not of the problem."""
    is_dump = len(text) > _LONG and len(_DUMP.findall(text)) > len(text) // 25
    return is_dump or _HISTORY.match(text.lower()) is not None


@cache
def _greeting() -> re.Pattern[str]:
    """Return what matches a greeting in front of a sentence, with a name or without."""
    ways = "|".join(sorted({word for one in languages().values() for word in one.greeting}))
    days = "morning|afternoon|evening|day|tag|morgen|abend|días|dias|tardes|noches|dia|tarde|noite"
    return re.compile(
        rf"(?:(?i:{ways})\b(?: (?i:{days}))?{_NAMES}{{0,3}}(?:\s*[,!.:;…-]+\s*|\s+(?=(?:When|I|My|The|We|After|Since|As|In|How|What|Is|Can|This|There|If|Ich|Je|Tengo)\b)))|(?i:ciao|salve|bonjour|bonsoir|hola|hallo|olá|ahoj|buon ?giorno|buona ?sera|buenos días|buenas (?:tardes|noches)|bom dia|boa (?:tarde|noite)|guten (?:tag|morgen|abend)|dobrý den|dobrý deň|zdravím|merhaba|goede(?:morgen|middag|navond|ndag))(?: a tutti| à tous| a todos| zusammen|,)? (?=[a-zà-ü0-9])|こんにちは[、。！]?\s*|お世話になって(?:おり|い)ます[、。]?\s*"
    )


@cache
def _greets() -> re.Pattern[str]:
    """Return what matches a short line that is nothing but a greeting."""
    ways = "|".join(sorted({word for one in languages().values() for word in one.greeting}))
    return re.compile(rf"(?i)^\W*(?:{ways})\b(?: [\w<>'-]+){{0,4}}\s*[,!.:…]*$")


@cache
def _foreign(lang: str) -> re.Pattern[str]:
    """Return what matches talk in a language other than English."""
    return re.compile(f"(?i){languages()[lang].talk or '(?!)'}")
