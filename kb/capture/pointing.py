"""Tells sentences that only point elsewhere: to a page, to another thread, to a private message."""

import re

_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)|\(?<?https?://[^\s)>]+[>)]?")
_AWAY = re.compile(
    r"\b(?:(?:sent|send|check)\b.{0,20}\b(?:pm|dm|private message)|(?:pm|dm|private message) (?:was |has been )?sent"
    r"|closed? (?:this )?as (?:a )?duplicate|(?:is a |possible )?duplicate of\b|(?:your|the|my|an|another) other (?:thread|discussion|question|post|topic)"
    r"|(?:make|submit|post|file|raise|open|add) (?:\w+ ){0,3}(?:suggestions?|feature requests?|enhancements?|ideas?|bug reports?)\b|\bideas section\b"
    r"|(?:answered|discussed|continued|replied) (?:to )?(?:in|at|here|there|elsewhere|above)\b|(?:another|different|same) (?:thread|discussion|question|topic|post)"
    r"|see (?:my|the) (?:other|previous|earlier|above) )"
)
_WORDS = """\
    see read check look have a at the this that these those refer to visit go on in of for and or with here article
    articles page pages link links thread discussion question post topic guide instructions info information more
    details following follow might may could can should would be is are it helpful help helps useful try use you your
    i we my also please as well section official support kb knowledge base forum site website below above perhaps
    maybe answer explained described about how there suggest suggestion one some good bug report reported known issue
    vedi guarda leggi prova qui trovi trova esempio un una discussione articolo pagina la il questa questo per con
    seguente ecco segui come anche zie lees kijk hier pagina artikel bekijk eens de het deze dit voor een op of meer
    informatie probleem ver vea consulte aquí artículo página el siehe dieser dieses hinweise dazu voir ici page lien
    cet cette también puede est siguiente enlace lehet veja aqui este esta artigo possibile soluzione terzo ho
    aggiunto di ja al aan en dat u daarvan
    nog wat voorbeelden voorbeeld met oplossingen oplossing om uit te proberen enkele examples solutions
    out especially steps initial first whole entire full great list lists video tutorial wiki blog documentation docs
    manual faq explains describes contains same similar related hopefully just then over there under via schau
    schauen mal lies lesen siehst anleitung hilfe seite beitrag thema regarde regardez lire lien suivant article sujet
    mira mire lee enlaces guía veja leia guia kijken lezen handleiding koukněte podívejte přečtěte odkaz článek návod"""
_POINTING = frozenset(_WORDS.split())
_TAKES = re.compile(
    r"\b(?:use|try|install|get|download|with|need|via)\b.{0,30}\b(?:add-?ons?|extensions?|plug-?ins?|program|tool|version|driver|patch)\b"
)
"""What somebody is to fetch from where the link leads: a deed, not a reading."""
_FEW, _SHARE = 3, 0.35


def leads_elsewhere(text: str) -> bool:
    """Say whether a sentence sends two people on: to another thread, or to a private message."""
    return bool(_AWAY.search(text.lower()))


def points_elsewhere(text: str) -> bool:
    """Say whether a sentence tells nothing but where to look: a link, and words that lead to it."""
    bare = _LINK.sub(" ", text)
    if bare == text or "`" in bare:
        return False
    if _TAKES.search(bare.lower()):
        return False
    words = re.findall(r"[^\W\d_]+", bare.lower())
    telling = sum(word not in _POINTING for word in words)
    return telling <= max(_FEW, _SHARE * len(words))
