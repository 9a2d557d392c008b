"""The policies every mentor reads first, as a program finds them. A program words them anew, adds its own, ends others.

Own wording of what mentoring programs agree on; none of it is law. Each is (key, title, title in Spanish, words, words
in Spanish).
"""

USUAL_TOPICS: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "touch", "Touch", "Contacto físico",
        "A high five or a hand on the shoulder, in the open, and only if the young person is fine with it. Never more.",
        "Chocar las manos o una mano en el hombro, a la vista de otros, y solo si a la persona joven le parece bien. Nunca más.",
    ),
    (
        "contact", "Contact between meetings", "Contacto entre reuniones",
        "You write or call in the open: a guardian or a second adult is on every message. No messages late in the evening.",
        "Usted escribe o llama a la vista de otros: un padre, una madre o un segundo adulto está en cada mensaje. Nada tarde en la noche.",
    ),
    (
        "alone", "Never out of sight", "Nunca fuera de la vista",
        "You meet where others can see you and may come in at any time. No closed doors, no homes.",
        "Se reúnen donde otros puedan verlos y entrar en cualquier momento. Sin puertas cerradas, sin casas.",
    ),
    (
        "activities", "What you do together", "Lo que hacen juntos",
        "What you plan fits the young person’s age and is on the list the program allows. Ask before anything new.",
        "Lo que planean es apropiado para la edad y está en la lista que el programa permite. Pregunte antes de algo nuevo.",
    ),
    (
        "reporting", "When a child may be in danger", "Cuando un niño puede estar en peligro",
        "You tell the safeguarding people of the program at once what you saw or heard. You do not look into it yourself.",
        "Usted avisa de inmediato a las personas encargadas de la protección lo que vio u oyó. No investiga por su cuenta.",
    ),
    (
        "confidential", "What stays between you", "Lo que queda entre ustedes",
        "What a young person tells you is not passed on, with one exception: when somebody could be harmed.",
        "Lo que una persona joven le cuenta no se comparte, con una excepción: cuando alguien podría sufrir daño.",
    ),
    (
        "online", "Phones and social media", "Teléfonos y redes sociales",
        "No private chats, no friend requests, no games or videos in private. Use what the program gives you.",
        "Sin chats privados, sin solicitudes de amistad, sin juegos ni videos en privado. Use lo que el programa le da.",
    ),
    (
        "overnight", "Overnight stays", "Pasar la noche",
        "None, but for trips the program itself plans, with their own rules and their own consent.",
        "Ninguna, salvo los viajes que el programa organiza, con sus propias reglas y su propia autorización.",
    ),
    (
        "money", "Money and gifts", "Dinero y regalos",
        "You do not lend, borrow or give money. A small gift only on occasions the program names.",
        "Usted no presta, no pide ni da dinero. Un regalo pequeño solo en las ocasiones que el programa indica.",
    ),
    (
        "rides", "Rides", "Transporte",
        "You drive a young person only with the guardian’s written consent, a checked license, and as the program says.",
        "Usted lleva a una persona joven solo con la autorización escrita de la familia, la licencia revisada y como dice el programa.",
    ),
    (
        "emergency", "Emergencies", "Emergencias",
        "First call for help, then the guardian, then the program. You know where to find the numbers.",
        "Primero pida ayuda, luego llame a la familia, luego al programa. Usted sabe dónde están los números.",
    ),
    (
        "health", "Health and medicine", "Salud y medicinas",
        "You give no medicine. What you know of a young person’s health you keep to yourself.",
        "Usted no da medicinas. Lo que sabe de la salud de una persona joven lo guarda para sí.",
    ),
    (
        "discipline", "When something goes wrong", "Cuando algo sale mal",
        "You stay calm, you do not punish, you do not shame. The coordinator helps you.",
        "Usted mantiene la calma, no castiga, no avergüenza. El coordinador le ayuda.",
    ),
    (
        "substances", "Alcohol, tobacco and drugs", "Alcohol, tabaco y drogas",
        "None before and during your time together, by anybody.",
        "Nada antes ni durante el tiempo juntos, de nadie.",
    ),
    (
        "firearms", "Firearms", "Armas de fuego",
        "Off duty you bring none. On duty the department’s own orders hold, and no young person ever touches one.",
        "Fuera de servicio no lleva ninguna. En servicio valen las órdenes del departamento, y ninguna persona joven toca una jamás.",
    ),
    (
        "others", "Other people", "Otras personas",
        "Friends and family of yours are not part of the time together, unless the program has cleared them.",
        "Sus amigos y familiares no forman parte del tiempo juntos, a menos que el programa los haya autorizado.",
    ),
    (
        "photos", "Photos and data", "Fotos y datos",
        "You take pictures only where the family allows it, and keep no names or notes outside the program’s own system.",
        "Usted toma fotos solo donde la familia lo permite, y no guarda nombres ni notas fuera del sistema del programa.",
    ),
    (
        "complaints", "Complaints", "Quejas",
        "Everybody may complain, about you too. You know who hears it, and nobody is treated worse for it.",
        "Todos pueden quejarse, también de usted. Usted sabe quién escucha, y nadie recibe peor trato por eso.",
    ),
    (
        "ending", "How a match ends", "Cómo termina un emparejamiento",
        "You tell the coordinator before you tell the young person. You come to say goodbye, and contact ends as agreed.",
        "Usted avisa al coordinador antes que a la persona joven. Viene a despedirse, y el contacto termina como se acordó.",
    ),
)  # fmt: skip

COMMITMENT = (
    "We will meet as agreed, be on time, and say early when we cannot come. We follow the rules of the program. "
    "If something worries one of us, we tell the coordinator. When it is time to end, we end it together."
)
COMMITMENT_ES = (
    "Nos reuniremos como acordamos, seremos puntuales y avisaremos temprano si no podemos ir. Seguimos las reglas del "
    "programa. Si algo preocupa a alguno de nosotros, se lo decimos al coordinador. Cuando sea hora de terminar, "
    "terminamos juntos."
)
