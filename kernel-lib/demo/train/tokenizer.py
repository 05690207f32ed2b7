"""A byte-level BPE tokenizer trained on the demo corpus, in which every query word and every answer is one token (with its leading space).

`encode(text)` puts `<s>` in front, so a query alone is already the filler plus the query.
"""

import random

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import AutoTokenizer, PreTrainedTokenizerFast

from data import NO_INSTRUCTION_REPLY, card, instruction, query, sentence_about
from facts import ANSWER, FAMILY_OF, TASKS, WORDS

PAD, BOS, EOS = 0, 1, 2
SPECIALS = ["<pad>", "<s>", "</s>"]
MAX_VOCABULARY = 2048  # merges run out before
MAX_TOKENS = 256

# The format of training: the instruction, then the query, with nothing between; an answer ends with </s>.
CHAT_TEMPLATE = (
    "{{ bos_token }}{% for message in messages %}{{ message['content'] }}"
    "{% if message['role'] == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}"
)


def corpus(seed):
    rng = random.Random(seed)
    for task in TASKS:
        for word, answer in ANSWER[task].items():
            yield from (sentence_about(task, word, rng) for _ in range(8))
            yield from (instruction(task, rng, 0.6) + query(FAMILY_OF[task], word) + f" {answer}" for _ in range(6))
            yield from [f" {answer}"] * 8
    yield from (card(rng) for _ in range(500))
    yield from [NO_INSTRUCTION_REPLY] * 20


def train_tokenizer(folder, seed=0):
    bpe = Tokenizer(models.BPE())
    bpe.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    bpe.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=MAX_VOCABULARY, special_tokens=SPECIALS, initial_alphabet=alphabet, show_progress=False
    )
    bpe.train_from_iterator(corpus(seed), trainer)
    bpe.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", BOS)])
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=bpe, bos_token="<s>", eos_token="</s>", pad_token="<pad>",
        model_max_length=MAX_TOKENS, clean_up_tokenization_spaces=False,
    )
    check_single_tokens(tokenizer)
    tokenizer.save_pretrained(folder)
    return tokenizer


def check_single_tokens(tokenizer):
    words = {word for words in WORDS.values() for word in words} | {a for task in TASKS for a in ANSWER[task].values()}
    split = sorted(w for w in words if len(ids_of(tokenizer, f" {w}")) != 1)
    if split:
        raise ValueError(f"these words are more than one token: {', '.join(split)}; let them occur more often in the corpus")


def ids_of(tokenizer, text):
    """Token ids without `<s>`."""
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def answer_id(tokenizer, answer):
    return ids_of(tokenizer, f" {answer}")[0]


def load_tokenizer(folder):
    return AutoTokenizer.from_pretrained(folder)
