"""Token-id documents for the three stages, and batches of them with loss weights and gist masks.

Gist masking (arXiv:2304.08467): in a share of the instruction documents the query and the answer may not look at the instruction
except at its last token, T_inst, so the model learns to gather the task there.
"""

import random
from typing import NamedTuple

import torch

from data import CANONICAL, NO_INSTRUCTION_REPLY, asked_pair, card, query, sentence, trained_instruction
from facts import ANSWER, FAMILIES, FAMILY_OF, WORDS
from tokenizer import BOS, EOS, PAD, ids_of

CANONICAL_SHARE = 0.05


class Document(NamedTuple):
    ids: list
    learned: list  # 1 where the token is predicted, 0 where it is only read
    gist: int  # position of T_inst, or -1


class Documents:
    """Draws documents of one stage. `mix` gives the share of each kind; facts fill the rest."""

    def __init__(self, tokenizer, seed, contrast, mix, learn_prompts):
        self.tokenizer, self.rng = tokenizer, random.Random(seed)
        self.contrast, self.mix, self.learn_prompts = contrast, mix, learn_prompts
        self.cache = {}

    def ids(self, text):
        if text not in self.cache:
            self.cache[text] = ids_of(self.tokenizer, text)
        return self.cache[text]

    def draw(self):
        kinds = list(self.mix)
        kind = self.rng.choices([*kinds, "facts"], [*self.mix.values(), 1 - sum(self.mix.values())])[0]
        return getattr(self, kind)()

    def read(self, texts):
        ids = [BOS, *(i for text in texts for i in self.ids(text)), EOS]
        return Document(ids, [1] * len(ids), -1)

    def facts(self):
        """One to four facts as sentences."""
        return self.read([(" " if k else "") + sentence(self.rng) for k in range(self.rng.randint(1, 4))])

    def card(self):
        return self.read([card(self.rng)])

    def instruction(self):
        return self.read([trained_instruction(asked_pair(self.rng)[0], self.rng, self.contrast)])

    def no_instruction(self):
        """A query with nothing before it, and the reply to that."""
        family = self.rng.choice(list(FAMILIES))
        return self.answered([BOS, *self.ids(query(family, self.rng.choice(WORDS[family])))], NO_INSTRUCTION_REPLY, -1)

    def asked(self):
        task, word = asked_pair(self.rng)
        prompt, gist = self.prompt(task, word)
        return self.answered(prompt, f" {ANSWER[task][word]}", gist)

    def prompt(self, task, word):
        canonical = self.rng.random() < CANONICAL_SHARE
        text = CANONICAL[task] if canonical else trained_instruction(task, self.rng, self.contrast)
        told = [BOS, *self.ids(text)]
        return told + self.ids(query(FAMILY_OF[task], word)), len(told) - 1

    def answered(self, prompt, answer, gist):
        ids = [*self.ids(answer), EOS]
        return Document(prompt + ids, [int(self.learn_prompts)] * len(prompt) + [1] * len(ids), gist)

    def preference(self):
        """The right answer, and another task's answer to the same query, after the same prompt."""
        task, word = asked_pair(self.rng)
        prompt, gist = self.prompt(task, word)
        other = self.rng.choice([u for u in FAMILIES[FAMILY_OF[task]][1] if u != task])
        return tuple(self.answered(prompt, f" {ANSWER[t][word]}", gist) for t in (task, other))

    def batches(self, size, pool=24):
        """Endless batches of similar lengths: drawn `pool` at a time, sorted by length with jitter, and shuffled."""
        while True:
            drawn = [self.draw() for _ in range(size * pool)]
            drawn.sort(key=lambda document: len(document.ids) + self.rng.uniform(-3, 3))
            batches = [drawn[at : at + size] for at in range(0, len(drawn), size)]
            self.rng.shuffle(batches)
            yield from batches


def collate(batch, gist_share=0.0, rng=None):
    """ids [batch, pos], learned [batch, pos], mask [batch, 1, pos, pos] or None when no document is to be gist-masked."""
    length = max(len(document.ids) for document in batch)
    ids = torch.full((len(batch), length), PAD)
    learned = torch.zeros(len(batch), length)
    for row, document in enumerate(batch):
        ids[row, : len(document.ids)] = torch.tensor(document.ids)
        learned[row, : len(document.ids)] = torch.tensor(document.learned, dtype=torch.float)
    if gist_share == 0:
        return ids, learned, None
    mask = torch.ones(length, length).tril().bool()[None, None].repeat(len(batch), 1, 1, 1)
    for row, document in enumerate(batch):
        if document.gist > 0 and rng.random() < gist_share:
            mask[row, 0, document.gist + 1 :, : document.gist] = False
    return ids, learned, mask
