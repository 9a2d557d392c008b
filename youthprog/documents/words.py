"""The printed words in English and Spanish, and dates and hours as they are written out.

Paper speaks the language of its sheet, whoever presses the button, so it has its own small word list
and does not ask the reader's session.
"""

from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_name

from youthprog.documents.types import Language

LOCALES = {Language.ENGLISH: "en_US", Language.SPANISH: "es_US"}

_WORDS: dict[str, tuple[str, str]] = {
    "page": ("Page", "Página"),
    "of": ("of", "de"),
    "version": ("version", "versión"),
    "crest": ("Crest of", "Escudo de"),
    "coach": ("Coach", "Entrenador"),
    "officer": ("Officer", "Oficial"),
    "practice": ("Practice", "Práctica"),
    "printed": ("Printed", "Impreso"),
    "players": ("Players", "Jugadores"),
    "may_play": ("May play", "Pueden jugar"),
    "medical": ("Medical", "Médicas"),
    "number": ("No.", "N.º"),
    "player": ("Player", "Jugador"),
    "leader": ("Led by", "A cargo de"),
    "player_medical": ("Player and medical alert", "Jugador y alerta médica"),
    "age_born": ("Age, born", "Edad, nació"),
    "guardian_phone": ("Guardian, phone", "Tutor, teléfono"),
    "consent": ("Consent", "Permiso"),
    "photos": ("Photos", "Fotos"),
    "roster": ("Coach’s roster", "Lista del entrenador"),
    "signed": ("Signed", "Firmado"),
    "waiting": ("Waiting", "En espera"),
    "expired": ("Expired", "Vencido"),
    "missing": ("Missing", "Falta"),
    "may_not_play": ("may not play", "no puede jugar"),
    "yes": ("Yes", "Sí"),
    "no_photos": ("No photos", "Sin fotos"),
    "medical_alert": ("Medical alert", "Alerta médica"),
    "legend_may_play": ("may play", "puede jugar"),
    "struck": ("Struck from the roster", "Retirado de la lista"),
    "emergency": ("Emergency: call 911 first,", "Emergencia: llame primero al 911,"),
    "emergency_then": (
        "then the guardian, then the coordinator on call",
        "luego al tutor y luego al coordinador de guardia",
    ),
    "changes_daily": (
        "Consents change daily; the roster on your phone is newer than this page.",
        "Los permisos cambian cada día; la lista de su teléfono es más reciente que esta hoja.",
    ),
    "confidential_health": (
        "Confidential. Health and family information about children: keep it with you, show it to no one else",
        "Confidencial. Datos de salud y familia de menores: guárdela con usted y no la muestre a nadie",
    ),
    "confidential_family": (
        "Confidential. Family information about children: keep it with you, show it to no one else",
        "Confidencial. Datos de familia de menores: guárdela con usted y no la muestre a nadie",
    ),
    "shred": ("shred it on", "destrúyala el"),
    "sign_in": ("Sign-in sheet", "Hoja de entrada y salida"),
    "when": ("When", "Cuándo"),
    "where": ("Where", "Dónde"),
    "to": ("to", "a"),
    "time_in": ("Time in", "Entrada"),
    "brought_by": ("Brought by, signature", "Lo trajo, firma"),
    "time_out": ("Time out", "Salida"),
    "picked_up": ("Picked up by, print", "Lo recogió, nombre"),
    "signature": ("Signature", "Firma"),
    "see_coordinator": ("See coordinator.", "Vea al coordinador."),
    "pick_up": ("Pick-up:", "Recogen:"),
    "add": ("add", "añadir"),
    "name_and_phone": ("Name and guardian’s phone", "Nombre y teléfono del tutor"),
    "release_only": (
        "Release only to a person named under the player.",
        "Entregue al menor solo a una persona nombrada debajo de él.",
    ),
    "release_ask": (
        "Ask for photo identification if you do not know the face. Anyone else: call %(phone)s before the child leaves.",
        "Pida una identificación con foto si no conoce a la persona. Otra persona: llame al %(phone)s antes de que el menor se vaya.",
    ),
    "last_left": ("Last child left at", "El último menor salió a las"),
    "release_only_group": (
        "Release only to a person named under the young person.",
        "Entregue al menor solo a una persona nombrada debajo de él.",
    ),
    "leader_signature": ("Leader’s signature", "Firma de quien dirige"),
    "coach_signature": ("Coach’s signature", "Firma del entrenador"),
    "return_tonight": (
        "Confidential. Return to the coordinator tonight; keep out of sight between families.",
        "Confidencial. Devuélvala esta noche al coordinador; que otras familias no la vean.",
    ),
    "record": ("Signed consent record", "Constancia de permiso firmado"),
    "record_short": ("Record", "Constancia"),
    "check_record": ("Check this record", "Compruebe esta constancia"),
    "young_person": ("Young person", "Menor"),
    "born": ("born", "nació el"),
    "signed_by": ("Signed by", "Firmado por"),
    "in_force": ("In force", "Vigente"),
    "from": ("from", "desde el"),
    "until": ("until", "hasta el"),
    "agreed": ("What was agreed", "Lo que se acordó"),
    "exact_words": (
        "The exact words shown and signed, in %(language)s.",
        "Las palabras exactas mostradas y firmadas, en %(language)s.",
    ),
    "other_overleaf": (
        "Every word of the form, and the %(language)s text that could be chosen instead, follow overleaf.",
        "Todas las palabras del formulario y el texto en %(language)s que se podía elegir siguen al dorso.",
    ),
    "other_offered": ("The %(language)s text offered", "El texto en %(language)s que se ofreció"),
    "other_hint": (
        "The same form could be read and signed in this language. The signed words are those before.",
        "El mismo formulario se podía leer y firmar en este idioma. Las palabras firmadas son las anteriores.",
    ),
    "statement": ("Statement", "Declaración"),
    "answer": ("Answer", "Respuesta"),
    "shown": ("Every word of the form", "Todas las palabras del formulario"),
    "shown_hint": (
        "Question by question, as published, with the answers that were offered.",
        "Pregunta por pregunta, como se publicó, con las respuestas que se ofrecieron.",
    ),
    "to_take_back": ("To take an answer back", "Para retirar una respuesta"),
    "take_back_text": (
        "Use the link in the mail that came with your copy, or open %(address)s and ask for a new link. No password is needed. "
        "The answer ends from that moment on.",
        "Use el enlace del correo que trae su copia, o abra %(address)s y pida un enlace nuevo. No hace falta contraseña. "
        "La respuesta termina desde ese momento.",
    ),
    "withdrawal": ("Record of an answer taken back", "Constancia de respuesta retirada"),
    "of_record": ("of record", "de la constancia"),
    "taken_back": ("What was taken back", "Lo que se retiró"),
    "taken_back_hint": (
        "These words of the signed record hold no more from the moment above on. What happened before stays as it was.",
        "Estas palabras de la constancia firmada ya no valen desde el momento indicado. Lo que pasó antes queda como fue.",
    ),
    "taken_back_by": ("Taken back by", "Retirado por"),
    "ended_at": ("Ended on", "Terminó el"),
    "ended": ("Taken back", "Retirado"),
    "still": ("Still in force", "Sigue vigente"),
    "nothing_still": (
        "No answer of that record is in force any more.",
        "Ninguna respuesta de esa constancia sigue vigente.",
    ),
    "first_record": ("The record it belongs to", "La constancia a la que pertenece"),
    "first_text": (
        "The signed record stays as history. Its code is %(code)s, signed on %(day)s.",
        "La constancia firmada queda como historia. Su código es %(code)s, firmada el %(day)s.",
    ),
    "first_hash": ("SHA-256 of the signed record’s file", "SHA-256 del archivo de la constancia firmada"),
    "hash_back": ("SHA-256 of what was taken back", "SHA-256 de lo retirado"),
    "sealed_back": (
        "This file was sealed the moment the answer was taken back. Any later change, even of one letter, breaks the seal. "
        "To check, scan the code above or open %(address)s. The same facts travel inside this file as withdrawal.json.",
        "Este archivo se selló en el momento en que se retiró la respuesta. Cualquier cambio posterior, aun de una letra, rompe el sello. "
        "Para comprobarlo, escanee el código de arriba o abra %(address)s. Los mismos datos viajan dentro de este archivo como withdrawal.json.",
    ),
    "supplement": ("Part added to a signed record", "Parte añadida a una constancia firmada"),
    "part_signed_by": ("Part signed by", "Parte firmada por"),
    "signed_on": ("Signed on", "Firmado el"),
    "recorded_on": ("Recorded on", "Anotado el"),
    "shown_part": ("Every word of this part", "Todas las palabras de esta parte"),
    "part_agreed": ("What was signed", "Lo que se firmó"),
    "part_words": (
        "The exact words shown to this signer, in %(language)s.",
        "Las palabras exactas que vio quien firma, en %(language)s.",
    ),
    "not_shown": (
        "Where a place reads ____, the signer was not shown it.",
        "Donde dice ____, no se le mostró el dato.",
    ),
    "first_text_by": (
        "The signed record stays as it is. Its code is %(code)s, signed by %(signer)s on %(day)s.",
        "La constancia firmada queda como está. Su código es %(code)s, firmada por %(signer)s el %(day)s.",
    ),
    "hash_part": ("SHA-256 of what was added", "SHA-256 de lo añadido"),
    "sealed_part": (
        "This file was sealed the moment the part was recorded. Any later change, even of one letter, breaks the seal. "
        "To check, scan the code above or open %(address)s. The same facts travel inside this file as supplement.json.",
        "Este archivo se selló en el momento en que se registró la parte. Cualquier cambio posterior, aun de una letra, rompe el sello. "
        "Para comprobarlo, escanee el código de arriba o abra %(address)s. Los mismos datos viajan dentro de este archivo como supplement.json.",
    ),
    "by_account": ("Signed in the signer’s own account", "Firmado en la cuenta de quien firma"),
    "by_link": ("Said through the signer’s own link", "Dicho con el enlace propio de quien firma"),
    "from_sheet": ("Signed by hand; the name as on the sheet", "Firmado a mano; el nombre como está en la hoja"),
    "drawn_by": ("Signature drawn by %(signer)s", "Firma dibujada por %(signer)s"),
    "typed": ("Typed by the signer as electronic signature", "Escrito por quien firma como firma electrónica"),
    "happened": ("What happened, and when", "Qué pasó y cuándo"),
    "event": ("Event", "Paso"),
    "time": ("Time", "Hora"),
    "how_we_know": ("How we know", "Cómo lo sabemos"),
    "sealed_on": ("Sealed on %(day)s, at %(hour)s", "Sellado el %(day)s, a las %(hour)s"),
    "sealed_text": (
        "This file was sealed the moment it was signed. Any later change, even of one letter, breaks the seal. "
        "To check, scan the code above or open %(address)s. What was signed travels inside this file as consent.json.",
        "Este archivo se selló en el momento de la firma. Cualquier cambio posterior, aun de una letra, rompe el sello. "
        "Para comprobarlo, escanee el código de arriba o abra %(address)s. Lo firmado viaja dentro de este archivo como consent.json.",
    ),
    "sealed_later": (
        "This file was sealed the moment the answer was matched. Any later change, even of one letter, breaks the seal. "
        "To check, scan the code above or open %(address)s. What was signed travels inside this file as consent.json.",
        "Este archivo se selló cuando la respuesta se asignó. Cualquier cambio posterior, aun de una letra, rompe el sello. "
        "Para comprobarlo, escanee el código de arriba o abra %(address)s. Lo firmado viaja dentro de este archivo como consent.json.",
    ),
    "hash": ("SHA-256 of what was signed", "SHA-256 de lo firmado"),
    "record_footer": (
        "Confidential. For the family, the coordinator and whoever the law requires.",
        "Confidencial. Para la familia, el coordinador y quien la ley exija.",
    ),
    "qr": ("QR code that opens", "Código QR que abre"),
    "english": ("English", "inglés"),
    "spanish": ("Spanish", "español"),
    "blank": ("Consent form", "Formulario de permiso"),
    "about": ("About", "Sobre"),
    "for_guardian": ("For", "Para"),
    "match_code": ("Match code", "Código de la hoja"),
    "how_to": ("How to fill in this form", "Cómo llenar este formulario"),
    "how_to_text": (
        "Read each part. Tick one box, or write on the lines. Saying no to a part that is not needed keeps no one out. "
        "Sign on the last page, and bring or send every page to %(address)s. Questions: %(phone)s.",
        "Lea cada parte. Marque una casilla o escriba en las líneas. Decir que no a una parte que no hace falta no deja "
        "fuera a nadie. Firme en la última página y traiga o envíe todas las páginas a %(address)s. Preguntas: %(phone)s.",
    ),
    "how_to_short": (
        "Read each part. Tick one box, or write on the lines. Saying no to a part that is not needed keeps no one out. "
        "Sign on the last page, and give every page back. Questions: %(phone)s.",
        "Lea cada parte. Marque una casilla o escriba en las líneas. Decir que no a una parte que no hace falta no deja "
        "fuera a nadie. Firme en la última página y devuelva todas las páginas. Preguntas: %(phone)s.",
    ),
    "initials": ("Initials", "Iniciales"),
    "your_signature": ("Your signature", "Su firma"),
    "i_am_guardian": (
        "I am the parent or legal guardian of %(youth)s. I have read this form. The answers are mine.",
        "Soy la madre, el padre o el tutor legal de %(youth)s. Leí este formulario. Las respuestas son mías.",
    ),
    "sign_here": ("Signature", "Firma"),
    "print_name": ("Full name, in capital letters", "Nombre completo, en letra de molde"),
    "relation": ("What you are to the child", "Qué es usted del menor"),
    "todays_date": ("Date (month, day, year)", "Fecha (día, mes, año)"),
    "notary": ("Notary: signature, seal, date", "Notario: firma, sello, fecha"),
    "copy_paper": (
        "A copy costs nothing: ask for one. You can take an answer back at any time: call %(phone)s.",
        "La copia no cuesta nada: pídala. Puede retirar una respuesta cuando quiera: llame al %(phone)s.",
    ),
    "blank_footer": (
        "Confidential. Keep all pages together; the code brings them back to the right child.",
        "Confidencial. Mantenga juntas todas las páginas; el código las lleva al menor correcto.",
    ),
    "match_qr": ("QR code of the match code", "Código QR del código de la hoja"),
    "cards": ("Check-in cards", "Tarjetas de entrada"),
    "found": ("Found?", "¿La encontró?"),
    "qr_card": ("QR code of the card", "Código QR de la tarjeta"),
    "game_card": ("Game card", "Hoja de partido"),
    "against": ("v", "v"),
    "begins": ("Begins", "Comienza"),
    "field": ("Field", "Campo"),
    "division": ("Division", "División"),
    "score": ("Score", "Marcador"),
    "final_score": ("Final", "Final"),
    "home": ("home", "local"),
    "away": ("away", "visitante"),
    "home_side": ("Home", "Local"),
    "away_side": ("Away", "Visitante"),
    "played": ("Played", "Jugó"),
    "not_cleared": ("Not cleared", "Sin autorización"),
    "other_list": ("The coach of this team brings the list.", "El entrenador de este equipo trae la lista."),
    "list_is_right": (
        "Coach, before the game: this list is right",
        "Entrenador, antes del partido: esta lista es correcta",
    ),
    "officials": ("Officials", "Árbitros"),
    "official_name": ("Name", "Nombre"),
    "incidents": ("Injuries, ejections, protests", "Lesiones, expulsiones, protestas"),
    "incidents_how": ("(player no., time, what happened)", "(n.º de jugador, hora, qué pasó)"),
    "scan_score": ("Scan to enter the score", "Escanee para anotar el marcador"),
    "qr_game": ("QR code that opens the entry of this score:", "Código QR que abre la anotación de este marcador:"),
    "no_score_kept": ("This division keeps no scores.", "Esta división no lleva marcador."),
    "hand_in": (
        "Enter the score, then hand this card to the coordinator.",
        "Anote el marcador y entregue esta hoja al coordinador.",
    ),
    "certificate": ("Certificate of Participation", "Certificado de participación"),
    "appreciation": ("Certificate of Appreciation", "Certificado de agradecimiento"),
    "certificate_completion": ("Certificate of Completion", "Certificado de finalización"),
    "certificate_hours": ("Certificate of Hours", "Certificado de horas"),
    "award": ("Award", "Premio"),
    "presented": ("presented to", "se otorga a"),
    "certifies": ("This certifies that", "Se certifica que"),
    "took_part_team": (
        "who showed up, played fair and\nhelped a team become a team in",
        "por su constancia y juego limpio,\ny por ayudar a formar un equipo en",
    ),
    "took_part": (
        "who showed up, took part and\ngave it a full heart in",
        "por su constancia, por participar\ny por dar lo mejor de sí en",
    ),
    "completed": (
        "came from the first day to the last,\nand completed",
        "vino desde el primer día hasta\nel último, y completó",
    ),
    "gave": ("took part for\nin", "participó durante\nen"),
    "gave_as_mentor": ("gave\nas a mentor in", "dio\nde mentoría en"),
    "gave_time": (
        "who gave time, listened\nand kept coming, as a mentor in",
        "por su tiempo, por escuchar\ny por volver siempre, como mentor(a) en",
    ),
    "one_hour": ("%(hours)s hour", "%(hours)s hora"),
    "some_hours": ("%(hours)s hours", "%(hours)s horas"),
    "one_gathering": ("%(count)s gathering", "%(count)s encuentro"),
    "some_gatherings": ("%(count)s gatherings", "%(count)s encuentros"),
    "season": ("Season", "Temporada"),
    "hours": ("Hours", "Horas"),
    "gatherings": ("Gatherings", "Encuentros"),
    "sessions": ("Sessions", "Sesiones"),
    "awarded": ("Awarded", "Otorgado"),
    "since": ("Since", "Desde"),
    "period": ("Period", "Periodo"),
    "check_certificate": ("Check it at", "Compruébelo en"),
    "closure_letter": ("Letter at the end of a match", "Carta al terminar la mentoría"),
    "closure_to": ("To %(whom)s and family", "Para %(whom)s y su familia"),
    "closure_title": ("Your mentoring match comes to its end", "Su mentoría llega a su fin"),
    "closure_with": (
        "%(ended)s was the last day of your match with %(mentors)s. It began on %(started)s.",
        "El %(ended)s fue el último día de su mentoría con %(mentors)s. Empezó el %(started)s.",
    ),
    "closure_plain": (
        "%(ended)s was the last day of your match. It began on %(started)s.",
        "El %(ended)s fue el último día de su mentoría. Empezó el %(started)s.",
    ),
    "closure_and": (" and ", " y "),
    "closure_met_once": (
        "In this time you met once. Thank you for your time and your trust.",
        "En ese tiempo se reunieron una vez. Gracias por su tiempo y su confianza.",
    ),
    "closure_met": (
        "In this time you met %(sessions)s times. Thank you for your time and your trust.",
        "En ese tiempo se reunieron %(sessions)s veces. Gracias por su tiempo y su confianza.",
    ),
    "closure_met_hours": (
        "In this time you met %(sessions)s times, %(hours)s hours together. Thank you for your time and your trust.",
        "En ese tiempo se reunieron %(sessions)s veces, %(hours)s horas en total. Gracias por su tiempo y su confianza.",
    ),
    "closure_thanks": (
        "Thank you for your time and your trust.",
        "Gracias por su tiempo y su confianza.",
    ),
    "closure_feel": (
        "It is all right to feel sad about an end, or glad, or both. It says nothing against you. "
        "Whatever you want to talk about, we are here to listen.",
        "Está bien sentirse triste por un final, o contento, o las dos cosas. No dice nada en contra de usted. "
        "De lo que quiera hablar, aquí le escuchamos.",
    ),
    "closure_contact": ("After the end", "Después del final"),
    "closure_none": (
        "Our program’s rule: after the end, mentor and family are not in contact any more, also not by telephone, "
        "messages or social media. If somebody writes or calls nevertheless, please tell us.",
        "La regla de nuestro programa: después del final, la persona mentora y la familia ya no están en contacto, "
        "tampoco por teléfono, mensajes o redes sociales. Si alguien escribe o llama de todos modos, avísenos.",
    ),
    "closure_through_office": (
        "Our program’s rule: after the end, contact goes through our office only, also by telephone, messages or "
        "social media. Write to us and we pass it on.",
        "La regla de nuestro programa: después del final, el contacto pasa solo por nuestra oficina, también por "
        "teléfono, mensajes o redes sociales. Escríbanos y lo entregamos.",
    ),
    "closure_family_agrees": (
        "Our program’s rule: after the end, there is contact only if the family agrees and knows of each one, also by "
        "telephone, messages or social media. The program no longer looks after it.",
        "La regla de nuestro programa: después del final, solo hay contacto si la familia está de acuerdo y sabe de "
        "cada uno, también por teléfono, mensajes o redes sociales. El programa ya no lo acompaña.",
    ),
    "closure_call": (
        "Questions, or something on your mind? Call %(phone)s.",
        "¿Preguntas, o algo que le preocupe? Llame al %(phone)s.",
    ),
    "closure_ask": (
        "Questions, or something on your mind? Come and see us.",
        "¿Preguntas, o algo que le preocupe? Venga a vernos.",
    ),
    "closure_for": ("for", "por"),
    "closure_footer": (
        "Personal. For the young person and the family.",
        "Personal. Para el menor y su familia.",
    ),
    "check_letter": ("Check this letter", "Compruebe esta carta"),
    "public_roster": ("Team roster", "Lista del equipo"),
    "public_footer": (
        "For players, families and officials: numbers and names, as each family wishes.",
        "Para jugadores, familias y árbitros: números y nombres, como cada familia lo desea.",
    ),
    "player_cards": ("Player cards", "Tarjetas de jugador"),
    "valid_until": ("Valid until", "Válida hasta el"),
    "photo_of": ("Photo of", "Foto de"),
    "photo": ("Photo", "Foto"),
    "consent_not_current": ("Consent not current", "Permiso no vigente"),
    "suspended": ("Suspended", "Suspendido"),
    "notes": ("Notes", "Notas"),
    "overtime": ("Extra", "Extra"),
    "season_schedule": ("Game schedule", "Calendario de partidos"),
    "by_team": ("By team", "Por equipo"),
    "by_field": ("By field", "Por campo"),
    "by_date": ("By date", "Por fecha"),
    "games": ("Games", "Partidos"),
    "from_to": ("From, to", "Del, al"),
    "day": ("Date", "Fecha"),
    "opponent": ("Opponent", "Rival"),
    "home_team": ("Home", "Local"),
    "away_team": ("Away", "Visitante"),
    "at_home": ("v", "v"),
    "at_theirs": ("at", "en"),
    "called_off": ("Called off", "Cancelado"),
    "no_games": ("No games yet.", "Aún no hay partidos."),
    "schedule_footer": (
        "Games can change. The calendar on your phone is newer than this page.",
        "Los partidos pueden cambiar. El calendario de su teléfono es más reciente que esta hoja.",
    ),
    "by_family_name": ("By family name", "Por apellido"),
    "binder": ("Emergency contacts", "Contactos de emergencia"),
    "binder_footer": (
        "Confidential. About children’s health and families: keep it locked.",
        "Confidencial. Sobre la salud y la familia de menores: guárdelo bajo llave.",
    ),
    "binder_footer_office": (
        "Confidential, office copy with court orders: it does not leave the office.",
        "Confidencial, copia de la oficina con órdenes judiciales: no sale de la oficina.",
    ),
    "printed_by": ("Printed for %(whom)s", "Impreso para %(whom)s"),
    "printed_for": ("Printed for", "Impreso para"),
    "young_people": ("Young people", "Menores"),
    "contents": ("Contents by team", "Índice por equipo"),
    "no_team": ("No team", "Sin equipo"),
    "call_in_order": ("Call, in this order", "Llame, en este orden"),
    "may_collect": ("May collect", "Puede recogerlo"),
    "must_not_collect": ("Must not collect", "No puede recogerlo"),
    "ask_the_office": ("Ask the office", "Pregunte a la oficina"),
    "nobody_to_call": ("No number on file", "Sin número registrado"),
    "binder_changes": (
        "Numbers change: the file on your screen is newer than this page.",
        "Los números cambian: el expediente en su pantalla es más reciente que esta hoja.",
    ),
    "evidence_file": ("Evidence file", "Expediente de evidencias"),
    "evidence_code": ("After", "Según"),
    "evidence_what": ("What it asks, in our words", "Lo que pide, en nuestras palabras"),
    "evidence_state": ("Where we stand", "Cómo estamos"),
    "evidence_figures": ("Figures", "Cifras"),
    "evidence_footer": (
        "The program’s own reading of its records; it names nobody.",
        "Lectura propia del programa de sus registros; no nombra a nadie.",
    ),
}


class Words:
    """One language's words: `words("page")`, with places filled by keyword."""

    def __init__(self, language: Language):
        self.language = language
        self._place = list(LOCALES).index(language)
        self._locale = LOCALES[language]

    def __call__(self, name: str, **values: str) -> str:
        text = _WORDS[name][self._place]
        return text % values if values else text

    def name_of(self, language: Language) -> str:
        return self("english" if language is Language.ENGLISH else "spanish")

    def day(self, day: date) -> str:
        """A short date: "Mar 4, 2016" or "4 mar 2016"."""
        return _plain(
            format_date(day, "MMM d, y" if self.language is Language.ENGLISH else "d MMM y", locale=self._locale)
        )

    def long_day(self, day: date) -> str:
        """A date in full: "November 21, 2026" or "21 de noviembre de 2026"."""
        return _long_day(day, self._locale)

    def weekday(self, day: date) -> str:
        """The name of the day, as a line begins with it."""
        name = format_date(day, "EEEE", locale=self._locale)
        return name[:1].upper() + name[1:]

    def game_day(self, day: date) -> str:
        """A day of this season with the day of the week: "Sat, Sep 19" or "Sáb, 19 sep"."""
        english = self.language is Language.ENGLISH
        written = _plain(format_date(day, "EEE, MMM d" if english else "EEE, d MMM", locale=self._locale))
        return written[:1].upper() + written[1:]

    def hour(self, moment: datetime, *, seconds: bool = False, bare: bool = False) -> str:
        """The hour as people say it: "5:30 pm"; `bare` leaves "pm" out."""
        pattern = ("h:mm:ss" if seconds else "h:mm") + ("" if bare else " a")
        written = _plain(format_time(moment.time(), pattern, locale=self._locale))
        return written.replace("AM", "am").replace("PM", "pm")

    def hours(self, start: datetime, end: datetime) -> str:
        """A span: "5:30 to 7:00 pm"; both halves of the day are named when they differ."""
        same_half = (start.hour < 12) == (end.hour < 12)
        return f"{self.hour(start, bare=same_half)} {self('to')} {self.hour(end)}"

    def zone(self, name: str) -> str:
        """A time zone in words: "Central Time" or "hora central"."""
        return _plain(get_timezone_name(ZoneInfo(name), width="long", locale=self._locale, zone_variant="generic"))


@lru_cache(maxsize=256)
def _long_day(day: date, locale: str) -> str:
    """Kept: a thousand certificates of a season say one day."""
    return _plain(format_date(day, "long", locale=locale))


def _plain(text: str) -> str:
    return text.replace("\u202f", "\u00a0").replace(" a.\u00a0m.", "\u00a0a.\u00a0m.")
