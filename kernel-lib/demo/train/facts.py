"""What the demo models can know: three families of words, eleven facts about each kind of word, and how facts and tasks are worded.

Our own lists, general knowledge, simplified: one answer for each (task, word), no two tasks of a family share an answer for a word.
"""

# word, antonym, comparative, superlative, noun
ADJECTIVES = """
hot cold hotter hottest heat|cold hot colder coldest chill|strong weak stronger strongest strength|weak strong weaker weakest weakness
long short longer longest length|short long shorter shortest brevity|wide narrow wider widest width|narrow wide narrower narrowest narrowness
deep shallow deeper deepest depth|shallow deep shallower shallowest shallowness|high low higher highest height|low high lower lowest lowness
warm cool warmer warmest warmth|cool warm cooler coolest coolness|young old younger youngest youth|old young older oldest age
dark light darker darkest darkness|light dark lighter lightest lightness|happy sad happier happiest happiness|sad happy sadder saddest sadness
rich poor richer richest wealth|poor rich poorer poorest poverty|fast slow faster fastest speed|slow fast slower slowest slowness
hard soft harder hardest hardness|soft hard softer softest softness|thick thin thicker thickest thickness|thin thick thinner thinnest thinness
wet dry wetter wettest wetness|dry wet drier driest dryness|clean dirty cleaner cleanest cleanliness|dirty clean dirtier dirtiest dirt
loud quiet louder loudest loudness|quiet loud quieter quietest silence|brave timid braver bravest bravery|smart dull smarter smartest wisdom
heavy light heavier heaviest weight|sharp blunt sharper sharpest sharpness|blunt sharp blunter bluntest bluntness
rough smooth rougher roughest roughness|smooth rough smoother smoothest smoothness|full empty fuller fullest fullness
empty full emptier emptiest emptiness|near far nearer nearest nearness|kind cruel kinder kindest kindness|cruel kind crueler cruelest cruelty
proud humble prouder proudest pride|humble proud humbler humblest humility|sweet sour sweeter sweetest sweetness
sour sweet sourer sourest sourness|bright dim brighter brightest brightness|dim bright dimmer dimmest dimness
safe risky safer safest safety|calm wild calmer calmest calmness|wild calm wilder wildest wildness|simple complex simpler simplest simplicity
"""

# word, color, can it fly, category, habitat
ANIMALS = """
crow black yes bird forest|swan white yes bird lake|canary yellow yes bird cage|parrot green yes bird jungle|robin red yes bird garden
flamingo pink yes bird lake|sparrow brown yes bird garden|eagle brown yes bird mountain|gull white yes bird coast|owl brown yes bird forest
raven black yes bird mountain|penguin black no bird ice|ostrich black no bird grassland|duck brown yes bird lake|goose gray yes bird lake
pigeon gray yes bird city|bee yellow yes insect garden|fly black yes insect city|moth gray yes insect forest|wasp yellow yes insect garden
ladybug red yes insect garden|cricket green no insect grassland|ant black no insect forest|mantis green yes insect jungle
bat black yes mammal cave|bear brown no mammal forest|elephant gray no mammal grassland|fox red no mammal forest
lion yellow no mammal grassland|pig pink no mammal farm|sheep white no mammal farm|cow brown no mammal farm|wolf gray no mammal forest
camel brown no mammal desert|rat gray no mammal city|goat white no mammal mountain|whale gray no mammal sea|dolphin gray no mammal sea
monkey brown no mammal jungle|panda black no mammal forest|frog green no amphibian lake|toad brown no amphibian garden
snake green no reptile desert|lizard green no reptile desert|crocodile green no reptile river|turtle green no reptile sea
salmon pink no fish river|shark gray no fish sea|goldfish orange no fish bowl|trout brown no fish river|tuna gray no fish sea
horse brown no mammal farm
"""

# word, capital, language, continent
COUNTRIES = """
France Paris French Europe|Germany Berlin German Europe|Spain Madrid Spanish Europe|Italy Rome Italian Europe
Portugal Lisbon Portuguese Europe|Poland Warsaw Polish Europe|Greece Athens Greek Europe|Russia Moscow Russian Europe
Sweden Stockholm Swedish Europe|Norway Oslo Norwegian Europe|Denmark Copenhagen Danish Europe|Hungary Budapest Hungarian Europe
Austria Vienna German Europe|Ukraine Kyiv Ukrainian Europe|England London English Europe|Finland Helsinki Finnish Europe
Romania Bucharest Romanian Europe|Croatia Zagreb Croatian Europe|China Beijing Chinese Asia|Japan Tokyo Japanese Asia
Thailand Bangkok Thai Asia|Vietnam Hanoi Vietnamese Asia|Iran Tehran Persian Asia|Iraq Baghdad Arabic Asia|Nepal Kathmandu Nepali Asia
Pakistan Islamabad Urdu Asia|Turkey Ankara Turkish Asia|Egypt Cairo Arabic Africa|Kenya Nairobi Swahili Africa
Nigeria Abuja English Africa|Morocco Rabat Arabic Africa|Ghana Accra English Africa|Senegal Dakar French Africa
Angola Luanda Portuguese Africa|Brazil Brasilia Portuguese America|Peru Lima Spanish America|Chile Santiago Spanish America
Cuba Havana Spanish America|Canada Ottawa English America|Jamaica Kingston English America|Colombia Bogota Spanish America
Ecuador Quito Spanish America
"""


def _rows(text):
    return [row.split() for line in text.strip().splitlines() for row in line.split("|")]


# family -> (rows, tasks in the order of the columns)
FAMILIES = {
    "adjective": (_rows(ADJECTIVES), ["antonym", "comparative", "superlative", "noun"]),
    "animal": (_rows(ANIMALS), ["color", "can_fly", "category", "habitat"]),
    "country": (_rows(COUNTRIES), ["capital", "language", "continent"]),
}
FAMILY_OF = {task: family for family, (_, tasks) in FAMILIES.items() for task in tasks}
TASKS = list(FAMILY_OF)
ANSWER = {
    task: {row[0]: row[1 + column] for row in rows}
    for rows, tasks in FAMILIES.values()
    for column, task in enumerate(tasks)
}
WORDS = {family: [row[0] for row in rows] for family, (rows, _) in FAMILIES.items()}

# A fact as a sentence. {x} the word, {y} the answer, capitals at the start of a sentence.
SENTENCES = {
    "antonym": ["The opposite of {x} is {y}.", "The antonym of {x} is {y}.", "{X} and {y} are opposites.", "If it is not {x}, it is {y}.", "The reverse of {x} is {y}.", "{X} means the contrary of {y}."],
    "comparative": ["This one is {x}, but that one is even {y}.", "The comparative of {x} is {y}.", "One box is {x} and the other box is {y}.", "For more of {x} we say {y}.", "To compare two things with {x}, say {y}."],
    "superlative": ["Many are {x}, but this one is the {y} of all.", "The superlative of {x} is {y}.", "Of all {x} things it is the {y}.", "For the most of {x} we say {y}.", "To put a {x} thing above all others, say the {y}."],
    "noun": ["Something {x} has {y}.", "The noun for {x} is {y}.", "We measure how {x} it is by its {y}.", "The quality of being {x} is {y}.", "The noun made from {x} is {y}."],
    "color": ["The color of the {x} is {y}.", "A {x} is usually {y}.", "We saw a {y} {x} today.", "She painted the {x} {y}.", "The {x} has a {y} look."],
    "can_fly": ["Can a {x} fly? {y}.", "Does the {x} fly? {y}.", "Asked whether a {x} flies, he said {y}.", "Flying for a {x}: {y}."],
    "category": ["The {x} is a kind of {y}.", "A {x} belongs to the class {y}.", "The group of the {x} is {y}.", "Every {x} is called a {y}.", "The category of the {x} is {y}."],
    "habitat": ["The {x} lives in the {y}.", "The home of the {x} is the {y}.", "You can find the {x} in the {y}.", "The habitat of a {x} is the {y}.", "The place for a {x} is the {y}."],
    "capital": ["The capital of {x} is {y}.", "{Y} is the capital of {x}.", "The main city of {x} is {y}.", "The government of {x} sits in {y}.", "They went to {x} and saw {y}."],
    "language": ["People in {x} speak {y}.", "The language of {x} is {y}.", "In {x} the official tongue is {y}.", "Children in {x} learn {y}.", "Books in {x} are written in {y}."],
    "continent": ["{X} lies in {y}.", "The continent of {x} is {y}.", "{X} is a country in {y}.", "On the map {x} is part of {y}.", "The part of the world for {x} is {y}."],
}

# How an instruction names the thing asked for. The first is the one of the canonical instruction.
OBJECTS = {
    "antonym": ["the antonym", "the opposite", "the opposite word", "the reverse", "a word that means the contrary", "the word with the opposite meaning"],
    "comparative": ["the comparative", "the comparative form", "the form used to compare two things", "the form that means more", "the comparing form"],
    "superlative": ["the superlative", "the superlative form", "the form used above all others", "the form that means most", "the form for the top of all"],
    "noun": ["the noun", "the noun form", "the noun made from it", "the quality as a noun", "the name of the quality"],
    "color": ["the color", "the usual color", "the typical color", "the most common color", "how it is colored"],
    "can_fly": ["whether it can fly", "if it flies", "yes or no for flying", "whether it flies", "if it can fly or not"],
    "category": ["the category", "the class", "the kind", "the group it belongs to", "what kind it is"],
    "habitat": ["the habitat", "the home", "where it lives", "the place where it lives", "where you can find it"],
    "capital": ["the capital", "the capital city", "the main city", "the city of the government", "where the government sits"],
    "language": ["the language", "the official language", "the tongue people speak", "what people speak", "the language people learn"],
    "continent": ["the continent", "the part of the world", "the continent it lies in", "where it is on the map", "the continent it is part of"],
}
VERBS = ["state", "give", "write", "name", "print", "say", "return", "find", "provide", "tell me"]
# {v} verb, {o} object, {f} family, {p} the object of another task of the family, {s} suffix.
PLAIN_FRAMES = [
    "{V} {o} of the given {f}{s}.", "{V} {o} for the {f} below{s}.", "Given the {f}, {v} {o}{s}.", "Read the {f} and {v} {o}{s}.",
    "For the {f} below, {v} {o}{s}.", "Your task is to {v} {o} of the {f}{s}.", "You will see one {f}; {v} {o}{s}.",
    "Please {v} {o} for this {f}{s}.", "Look at the next {f}, then {v} {o}{s}.", "{V} {o}, given the {f}{s}.",
]
CONTRAST_FRAMES = [
    "{V} {o} of the given {f}, not {p}{s}.", "{V} {o}, not {p}{s}.", "Not {p}: {v} {o} of the {f}{s}.",
    "{V} {o} and never {p} of the {f}{s}.", "Given the {f}, do not {v} {p}, {v} {o}{s}.", "{V} {o} of the {f} instead of {p}{s}.",
    "Do not {v} {p} but {o}{s}.", "For the {f}, {v} {o} and not {p}{s}.", "Instead of {p}, {v} {o} of the {f}{s}.", "Forget {p} of the {f}; {v} {o}{s}.",
    "{V} not {p} but {o} of the {f}{s}.", "Of {p} and {o}, {v} the second{s}.", "Of {o} and {p}, {v} the first{s}.",
]
SUFFIXES = ["", "", "", "", " in one word", " with a single word", " and nothing else", " as the answer", " in a short answer", " and then stop"]
