"""Text from facts: sentences, cards, instructions and queries, and the two splits (facts never asked, instructions never trained on)."""

import random

from facts import ANSWER, CONTRAST_FRAMES, FAMILIES, FAMILY_OF, OBJECTS, PLAIN_FRAMES, SENTENCES, SUFFIXES, TASKS, VERBS, WORDS

SPLIT_SEED = 0
NEVER_ASKED_SHARE = 1 / 5
REPHRASINGS_PER_TASK = 40
NO_INSTRUCTION_REPLY = " please ask"  # what a query without an instruction is answered with


def capitalised(text):
    return text[0].upper() + text[1:]


def query(family, word):
    """` Country: France. Answer:` - the same for every task of a family, so only the instruction tells what is asked."""
    return f" {capitalised(family)}: {word}. Answer:"


def instruction(task, rng, contrast):
    """One wording of a task; with probability `contrast` it also names another task of the family as the one *not* meant."""
    family, verb, thing, suffix = FAMILY_OF[task], rng.choice(VERBS), rng.choice(OBJECTS[task]), rng.choice(SUFFIXES)
    fields = dict(V=capitalised(verb), v=verb, o=thing, f=family, s=suffix)
    if rng.random() < contrast:
        other = rng.choice([u for u in FAMILIES[family][1] if u != task])
        return rng.choice(CONTRAST_FRAMES).format(p=rng.choice(OBJECTS[other]), **fields)
    return rng.choice(PLAIN_FRAMES).format(**fields)


def contrast_of(task):
    """The task named as the one not meant in the canonical instruction: the next of the family."""
    tasks = FAMILIES[FAMILY_OF[task]][1]
    return tasks[(tasks.index(task) + 1) % len(tasks)]


def _wordings(frame):
    return {t: frame.format(o=OBJECTS[t][0], p=OBJECTS[contrast_of(t)][0], f=FAMILY_OF[t]) for t in TASKS}


# Three wordings of one task, with the words of the canonical instruction. The first is the canonical one.
CONTRAST_FIRST = _wordings("Instead of {p}, state {o} of the {f}.")
CONTRAST_LAST = _wordings("State {o} of the given {f}, not {p}.")
PLAIN = _wordings("State {o} of the given {f}.")
CANONICAL = CONTRAST_FIRST


def _splits():
    rng = random.Random(SPLIT_SEED)
    never_asked = set()
    for task in TASKS:
        words = list(ANSWER[task])
        rng.shuffle(words)
        never_asked |= {(task, word) for word in words[: int(len(words) * NEVER_ASKED_SHARE)]}
    rephrasings = {}
    for task in TASKS:
        found = set()
        while len(found) < REPHRASINGS_PER_TASK:
            text = instruction(task, rng, 0.8)
            if text not in (CONTRAST_FIRST[task], CONTRAST_LAST[task], PLAIN[task]):
                found.add(text)
        rephrasings[task] = sorted(found)
    return never_asked, rephrasings


# NEVER_ASKED: (task, word) whose fact is read in sentences and cards but never follows an instruction and a query.
# REPHRASINGS: task -> instructions that no document of any stage contains.
NEVER_ASKED, REPHRASINGS = _splits()
_REPHRASING_SETS = {task: set(texts) for task, texts in REPHRASINGS.items()}


def trained_instruction(task, rng, contrast):
    while True:
        text = instruction(task, rng, contrast)
        if text not in _REPHRASING_SETS[task]:
            return text


def sentence(rng):
    task = rng.choice(TASKS)
    word = rng.choice(list(ANSWER[task]))
    return sentence_about(task, word, rng)


def sentence_about(task, word, rng):
    answer = ANSWER[task][word]
    return rng.choice(SENTENCES[task]).format(x=word, y=answer, X=capitalised(word), Y=capitalised(answer))


def card(rng):
    """`Country: France. The capital: Paris. The language: French.` - some facts about one word, in any order."""
    family = rng.choice(list(FAMILIES))
    word = rng.choice(WORDS[family])
    tasks = FAMILIES[family][1]
    lines = [f" {capitalised(rng.choice(OBJECTS[t]))}: {ANSWER[t][word]}." for t in rng.sample(tasks, rng.randint(1, len(tasks)))]
    return f"{capitalised(family)}: {word}." + "".join(lines)


def asked_pair(rng):
    while True:
        task = rng.choice(TASKS)
        word = rng.choice(list(ANSWER[task]))
        if (task, word) not in NEVER_ASKED:
            return task, word
