"""Invented names of many origins.

Common given names and common family names are drawn apart and put together, so that a full name means nobody.
The lists hold what breaks careless software: accents, hyphens, particles, apostrophes, names of two letters
and names that fill a line.
"""

from dataclasses import dataclass
from random import Random

from youthprog.people.types import Gender


@dataclass(frozen=True, slots=True)
class Heritage:
    """Names that go together. `weight` is the share of families; a family name may have two forms, "he|she"."""

    key: str
    weight: int
    language: str
    girls: tuple[str, ...]
    boys: tuple[str, ...]
    families: tuple[str, ...]
    two_families: bool = False


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("\n", " ").split(","))


HERITAGES = (
    Heritage(
        "english", 20, "en",
        _names("""Ava, Emma, Grace, Hannah, Lily, Chloe, Nora, Ruth, Paige, Maggie, Jo, Mary-Kate, Eleanor, Phoebe, Zoë,
            Willa, Hazel, Abigail, Beatrix, Wilhelmina Rose"""),
        _names("""Tyler, Owen, Mason, Caleb, Ethan, Lucas, Henry, Wyatt, Cole, Max, Ty, Noah, Jack, Samuel, Gideon, Theo,
            Benjamin, Elliot, John-Paul, Christopher-Alexander"""),
        _names("""Dawes, Whitfield, Carter, Bennett, Hughes, Parker, Mills, Sutton, Barlow, Hale, Lane, Ward, Pruitt, Ames,
            Colby, Thorne, Fitzgerald, St. James, Marlow-Hastings, Featherstone-Haughton-Worthington"""),
    ),
    Heritage(
        "african-american", 17, "en",
        _names("""Imani, Jada, Aaliyah, Nia, Kiara, Ebony, Tamia, Zaria, Destiny, Raven, Journee, Amari, Skylar, Kennedy,
            Ke'Asia, Ja'Nae, Monique, Tiana"""),
        _names("""Tyrese, Malik, Jalen, Darius, Isaiah, Elijah, Xavier, DeShawn, Marquis, Jamal, Andre, Kobe, Tre, D'Angelo,
            Micah, Zion, Jeremiah, Khalil"""),
        _names("""Brooks, Robinson, Washington, Booker, Banks, Coleman, Gaines, Hayes, Jefferson, Mosley, Simmons, Tate,
            Vaughn, Whitaker, Underwood, Joyner, Freeman, Dorsey"""),
    ),
    Heritage(
        "mexican", 26, "es",
        _names("""Guadalupe, Ximena, Camila, Valentina, María Fernanda, Lucía, Sofía, Renata, Itzel, Ana, Luz, Paloma, Noemí,
            Regina, Citlali, Daniela, Rocío, Inés, María del Carmen, Concepción"""),
        _names("""Mateo, Luis Ángel, Santiago, Diego, Emiliano, Noé, Iker, Ángel, José María, Ramón, Gael, Joaquín, Tomás,
            Maximiliano, Adrián, Íñigo, Óscar, Juan de Dios, Leonel, Rubén"""),
        _names("""Aguilar, Flores, Hernández, García, López, Castellanos, Ruiz, Ibáñez, Muñoz, Peña, Ochoa, Zúñiga,
            de la Cruz, de León, Montes de Oca, Quiñones, Villarreal, Sáenz, Treviño, Ortiz"""),
        two_families=True,
    ),
    Heritage(
        "puerto-rican", 8, "es",
        _names("Alondra, Yaritza, Nicole, Gabriela, Kiara, Marisol, Amanda, Adriana, Lourdes, Paola, Coralys, Ivelisse"),
        _names("Javier, Carlos, Wilfredo, Héctor, Jadiel, Sebastián, Yadiel, Rafael, Ángel Luis, Orlando, Edwin, Abdiel"),
        _names("""Rivera, Colón, Vázquez, Maldonado, Feliciano, Nieves, Rosado, Figueroa, Ayala, Pagán, Del Valle, Matos,
            Cintrón, Oquendo"""),
        two_families=True,
    ),
    Heritage(
        "vietnamese", 4, "en",
        _names("Thảo My, Anh, Ngọc, Linh, Kim Liên, Bảo Châu, Hương, Thu, Mai, Tuyết, Quỳnh Như, Vy"),
        _names("Quốc Hùng, Minh, Đức, Khánh, Bình, Long, Tuấn, Phúc, Gia Bảo, Huy, Đạt, An"),
        _names("Nguyễn, Trần, Lê, Phạm, Hoàng, Đỗ, Vũ, Đặng, Bùi, Ngô, Lý, Dương"),
    ),
    Heritage(
        "yoruba", 3, "en",
        _names("Ayọ̀mídé, Temitope, Folasade, Bọ́lá, Ìyábọ̀, Oluwaseun, Titilayo, Adeola, Yetunde, Damilola, Simisola, Ire"),
        _names("Oluwaseun, Babajide, Ayodele, Tunde, Olúfẹ́mi, Kayode, Gbenga, Adewale, Oluwadamilare, Segun, Dayo, Tobi"),
        _names("Adebayo, Ògúnlẹ́yẹ, Adeyemi, Akinola, Balogun, Olatunji, Afọlábí, Ogunbanjo, Ajayi, Oyelaran, Bankole, Oluwafemi"),
    ),
    Heritage(
        "igbo", 3, "en",
        _names("Chidera, Ngozi, Adaeze, Ifeoma, Chiamaka, Amarachi, Nkechi, Uchenna, Obioma, Kosisochukwu, Ada, Nneka"),
        _names("Chinedu, Obinna, Emeka, Kelechi, Ikenna, Chukwuebuka, Uche, Nnamdi, Ebuka, Somtochukwu, Obi, Kene"),
        _names("Eze, Okafor, Okonkwo, Nwosu, Obi, Chukwu, Nwachukwu, Onyekachi, Ike, Okoro, Anyanwu, Uzọma"),
    ),
    Heritage(
        "akan", 2, "en",
        _names("Abena, Akosua, Ama, Efua, Adwoa, Esi, Afia, Yaa, Nana Ama, Maame, Serwaa, Akua"),
        _names("Kwame, Kofi, Yaw, Kwabena, Kojo, Kwaku, Kwasi, Nana Kwame, Fiifi, Ebo, Papa Kwesi, Paa"),
        _names("Mensah, Boateng, Owusu, Asante, Osei, Appiah, Agyeman, Ofori, Antwi, Darko, Amoah, Nkrumah-Sarpong"),
    ),
    Heritage(
        "arabic", 5, "en",
        _names("Salma, Hana, Layla, Nour, Yasmin, Rania, Dana, Amal, Fatima Zahra, Mariam, Sumaya, Hala"),
        _names("Omar, Yusuf, Karim, Zayd, Tariq, Hamza, Bilal, Sami, Abd al-Rahman, Nabil, Idris, Ali"),
        _names("Ibrahim, Haddad, Al-Masri, El Amrani, Khalil, Mansour, Nassar, Abu-Ghazaleh, Saleh, bin Rashid, Al-Khatib, Aziz"),
    ),
    Heritage(
        "polish", 2, "en",
        _names("Zuzanna, Lena, Małgorzata, Agnieszka, Oliwia, Hanna, Katarzyna, Łucja, Ewa, Żaneta, Iga, Elżbieta"),
        _names("Piotr, Łukasz, Szymon, Jakub, Kacper, Wojciech, Michał, Paweł, Stanisław, Jan, Ignacy, Grzegorz"),
        _names("""Wiśniewski|Wiśniewska, Kowalczyk, Nowak, Zieliński|Zielińska, Wójcik, Kamiński|Kamińska, Szczepański|Szczepańska,
            Brzęczyszczykiewicz, Dąbrowski|Dąbrowska, Łukasik, Żak, Głowacki|Głowacka"""),
    ),
    Heritage(
        "turkish", 2, "en",
        _names("Defne, Selin, Elif, Zeynep, İpek, Ayşe, Çiğdem, Gülşen, Nur, Ece, Işıl, Özge"),
        _names("Emre, Çağrı, Kerem, Mehmet, Barış, Ömer, İlker, Yiğit, Can, Uğur, Ali, Tuğrul"),
        _names("Yılmaz, Şahin, Öztürk, Çelik, Güneş, Kaya, Aydın, Işık, Doğan, Karaağaç, Uçar, Ünal"),
    ),
    Heritage(
        "chinese", 3, "en",
        _names("Xiaoyan, Mei, Yuxuan, Lihua, Jia Yi, Xin, Wen, An-Mei, Fang, Qiu, Lan, Zi Han"),
        _names("Wei, Jun, Hao, Bo, Zihao, Ming, Li, Guowei, Jian, Yi, Kai-Wen, Lei"),
        _names("Ng, Xu, Li, Wu, Chen, Ouyang, Zhang, Huang, Lü, He, O, Szeto"),
    ),
    Heritage(
        "brazilian", 2, "en",
        _names("Beatriz, Larissa, Thaís, Júlia, Conceição, Letícia, Raíssa, Helena, Antônia, Luíza, Débora, Bia"),
        _names("Mateus, João, Thiago, Caio, Otávio, Luís Felipe, Antônio, Vinícius, Davi, Ícaro, Rui, Zé Carlos"),
        _names("Carvalho, da Silva, dos Santos, Gonçalves, Araújo, Conceição, e Silva, Simões, do Nascimento, Magalhães, Sá, Assunção"),
    ),
    Heritage(
        "irish", 3, "en",
        _names("Siobhán, Aoife, Niamh, Caoimhe, Gráinne, Róisín, Orla, Maeve, Clodagh, Sinéad, Áine, Bríd"),
        _names("Cillian, Oisín, Pádraig, Séamus, Ruairí, Tadhg, Eoin, Declan, Fionn, Donnacha, Cathal, Colm"),
        _names("Ó Ceallaigh|Ní Cheallaigh, O'Rourke, McGrath, Ó Súilleabháin|Ní Shúilleabháin, Mac Giolla Phádraig, O'Shea, Nolan, Gallagher, Byrne, Kearney, McConnachie-O'Driscoll, Ó Sé"),
    ),
    Heritage(
        "hmong", 2, "en",
        _names("Mai See, Pa Houa, Kao Nou, Xee, Gaoly, Paj Zaub, Bao, Yer, Ka Zoua, Maiv, Nkauj Hnub, Sheng"),
        _names("Tou Ger, Kou, Pheng, Cheng, Yeng, Ntsuab, Chue, Xeng, Txawj, Lue, Fue, Tub"),
        _names("Vang, Xiong, Yang, Lor, Thao, Moua, Her, Vue, Hang, Kue, Lee, Cha"),
    ),
    Heritage(
        "haitian", 2, "en",
        _names("Fabiola, Rose-Merline, Guerline, Mirlande, Naïka, Marie-Ange, Wideline, Esther, Lovely, Daphnée, Judeline, Fara"),
        _names("Jean-Baptiste, Wilner, Frantz, Stanley, Ricardo, Jean-Robert, Evens, Kervens, Mackenson, Woodly, Reginald, Pierre-Louis"),
        _names("Desrosiers, Pierre, Jean-Louis, Toussaint, Saint-Fleur, Étienne, Céleste, Dorvil, Laguerre, Exantus, Bien-Aimé, Mésidor"),
    ),
    Heritage(
        "indian", 3, "en",
        _names("Ananya, Priya, Aishwarya, Meera, Lakshmi Priya, Diya, Isha, Kavya, Saanvi, Uma, Jaspreet, Harleen"),
        _names("Arjun, Rohan, Vivek, Aarav, Venkata Subramanian, Dev, Om, Ishaan, Kiran, Nikhil, Gurpreet, Manvir"),
        _names("Patel, Iyer, Krishnamurthy, Venkataraghavan, Shah, Rao, Singh, Kaur-Dhaliwal, Nair, Chatterjee, Om, Balasubramanian"),
    ),
    Heritage(
        "french-canadian", 2, "en",
        _names("Zoé, Anaïs, Maëlle, Océane, Noëlle, Geneviève, Béatrice, Maude, Léa, Ève, Marie-Ève, Joëlle"),
        _names("Étienne, Loïc, François, Benoît, Rémi, Jérôme, Luc, Théo, Gaël, Jean-François, Noël, Raphaël"),
        _names("Gagnon, Côté, Bélanger, L'Écuyer, Lévesque, de Montigny, Trépanier, Thériault, Roy, Hébert, Préfontaine, D'Amours"),
    ),
)  # fmt: skip

LONG_FAMILY = "Fernández-Achterberg de la Santísima Trinidad"
_WEIGHTS = tuple(heritage.weight for heritage in HERITAGES)


def draw_heritage(random: Random) -> Heritage:
    """A heritage, by its share of families."""
    return random.choices(HERITAGES, _WEIGHTS)[0]


def given_name(random: Random, heritage: Heritage, gender: Gender) -> str:
    """A given name. Gender other or unstated draws from both lists."""
    if gender is Gender.GIRL:
        return random.choice(heritage.girls)
    if gender is Gender.BOY:
        return random.choice(heritage.boys)
    return random.choice(random.choice((heritage.girls, heritage.boys)))


def family_name(random: Random, heritage: Heritage) -> str:
    """A family name as one family has it; "he|she" where the language has two forms."""
    return random.choice(heritage.families)


def form_of(family: str, gender: Gender) -> str:
    """The form of a family name that this person bears."""
    his, _, hers = family.partition("|")
    return hers if hers and gender is Gender.GIRL else his
