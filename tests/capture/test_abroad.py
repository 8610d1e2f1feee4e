"""Tests of deeds told in languages other than English: they become what to do."""

import pytest

from kb.capture.abroad import advice, deed, infinitive


@pytest.mark.parametrize(
    ("lang", "said", "expected"),
    [
        ("it", "Ho risolto aggiornando il client all'ultima versione.",
         "aggiornare il client all'ultima versione."),
        ("it", "Ho salvato la cartella, poi ho disinstallato il client e reinstallato la nave.",
         "salvare la cartella, poi disinstallare il client e reinstallare la nave."),
        ("it", "Disattivando il proxy tutto funziona.", "disattivare il proxy."),
        ("it", "Sono andato su Vista > Porti, poi ho premuto K e sono ricomparse",
         "andare su Vista > Porti, poi premere K"),
        ("it", "Disattivato il doppio controllo del porto e sono riuscito a entrare.",
         "disattivare il doppio controllo del porto."),
        ("es", "Desactivé el proxy y ya funciona.", "desactivar el proxy."),
        ("es", "He borrado la carpeta y reinstalado el cliente.",
         "borrar la carpeta y reinstalar el cliente."),
        ("es", "Creo que se ha solucionado al quitar el proxy, reiniciando el cliente.",
         "quitar el proxy, reiniciar el cliente."),
        ("pt", "Resolvi o problema alterando a porta para 7443.", "alterar a porta para 7443."),
        ("pt", "Apaguei a pasta e reinstalei o cliente.", "apagar a pasta e reinstalar o cliente."),
        ("fr", "J'ai désactivé le proxy et tout fonctionne.", "désactiver le proxy."),
        ("fr", "J'ai supprimé le fichier puis redémarré le serveur.",
         "supprimer le fichier puis redémarrer le serveur."),
        ("nl", "Ik heb de client verwijderd van mijn pc en versie 4.2 geïnstalleerd en dat werkt.",
         "de client verwijderen van mijn pc en versie 4.2 installeren."),
        ("nl", "Heb de boot opnieuw geïnstalleerd.", "de boot opnieuw installeren."),
        ("nl", "Heb de client verwijderd en een nieuwe versie gedownload.",
         "de client verwijderen en een nieuwe versie downloaden."),
        ("de", "Ich habe den Proxy deaktiviert und jetzt geht es wieder.",
         "den Proxy deaktivieren."),
        ("de", "Habe die Datei gelöscht und das Programm neu gestartet.",
         "die Datei löschen und das Programm neu starten."),
    ],
)  # fmt: skip
def test_a_deed_becomes_what_to_do(lang: str, said: str, expected: str) -> None:
    """Who did it and what came of it go; every deed of the sentence takes the same form."""
    assert expected == deed(said, lang)


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("it", "Ho aggiornato il client e i messaggi sono spariti."),
        ("it", "Ho provato a cancellare la cartella."),
        ("it", "Non ho capito che cosa fare."),
        ("es", "Actualicé el cliente y los mensajes desaparecieron."),
        ("fr", "J'ai essayé de supprimer le fichier."),
        ("nl", "Ik heb de poort gewijzigd en nu is alles leeg."),
        ("nl", "Kies de poort die u inschakelt."),
        ("nl", "Ze hebben dat aangepast."),
        ("de", "Der Ordner wurde gelöscht."),
        ("de", "Ich habe versucht, die Datei zu löschen."),
        ("en", "I deleted the file and it worked."),
    ],
)
def test_what_is_no_deed_that_helped(lang: str, said: str) -> None:
    """What brought the problem, what was tried, what others did: none is anything to do."""
    assert deed(said, lang) == ""


@pytest.mark.parametrize(
    ("lang", "word", "expected"),
    [
        ("it", "aggiunto", ""),
        ("it", "tolto", "togliere"),
        ("es", "apagué", ""),
        ("es", "descargué", "descargar"),
        ("nl", "nave", ""),
    ],
)
def test_a_form_and_its_verb(lang: str, word: str, expected: str) -> None:
    """Only a form of a verb of doing that is known has an infinitive."""
    assert expected == infinitive(word, lang)


@pytest.mark.parametrize(
    ("lang", "said", "expected"),
    [
        ("it", "Dovrebbe bastare cancellare il porto dalla lista.",
         "cancellare il porto dalla lista."),
        ("it", "Prova a riparare la cartella del porto.", "riparare la cartella del porto."),
        ("es", "Tienes que desactivar el proxy del puerto.", "desactivar el proxy del puerto."),
        ("pt", "Você precisa reiniciar o cliente.", "reiniciar o cliente."),
        ("fr", "Il faut décocher la case du port.", "décocher la case du port."),
        ("nl", "U kunt het beste de proxy van de haven uitschakelen.",
         "de proxy van de haven uitschakelen."),
        ("nl", "Probeer eens de map te repareren.", "de map repareren."),
        ("de", "Du solltest den Proxy der Fähre deaktivieren.", "den Proxy der Fähre deaktivieren."),
        ("it", "Puoi contare su di noi per ogni cosa.", ""),
        ("it", "Puoi inserire un numero illimitato di porti.", ""),
        ("nl", "U kunt de map niet zien.", ""),
        ("nl", "Probeer eens de map te repareren ; klik daarna op map repareren", ""),
        ("en", "You should delete the file.", ""),
    ],
)  # fmt: skip
def test_advice_becomes_what_to_do(lang: str, said: str, expected: str) -> None:
    """What leads up to the verb goes, where what follows is one."""
    assert expected == advice(said, lang)
