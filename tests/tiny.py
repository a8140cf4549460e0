"""Small untrained models with a question-answering head, as checkpoints in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
from transformers import (
    BertConfig,
    BertForQuestionAnswering,
    BertModel,
    BertTokenizer,
    DistilBertConfig,
    DistilBertForQuestionAnswering,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaForQuestionAnswering,
)

from qa.reader import SHIPPED


def save_bert(folder: Path, *, head: bool = True) -> Path:
    config = BertConfig(
        hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64, initializer_range=0.2
    )
    return _save(folder, (BertForQuestionAnswering if head else BertModel), config, _wordpieces())


def save_distilbert(folder: Path) -> Path:
    config = DistilBertConfig(dim=32, n_layers=2, n_heads=2, hidden_dim=64, initializer_range=0.2)
    return _save(folder, DistilBertForQuestionAnswering, config, _wordpieces())


def save_roberta(folder: Path, text: str) -> Path:
    """Its byte-level tokenizer is trained on the text."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    special = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    tokenizer.train_from_iterator(
        [text],
        trainers.BpeTrainer(
            vocab_size=600, special_tokens=special, initial_alphabet=pre_tokenizers.ByteLevel.alphabet()
        ),
    )
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    config = RobertaConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=514,
        type_vocab_size=1,
        initializer_range=0.2,
    )
    wrapped = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token="<s>",
        eos_token="</s>",
        cls_token="<s>",
        sep_token="</s>",
        pad_token="<pad>",
        unk_token="<unk>",
        mask_token="<mask>",
        model_input_names=["input_ids", "attention_mask"],
    )
    return _save(folder, RobertaForQuestionAnswering, config, wrapped)


def _wordpieces() -> Any:
    return BertTokenizer(tokenizer_object=Tokenizer.from_file(str(SHIPPED / "tokenizer.json")), model_max_length=512)


def _save(folder: Path, kind: Any, config: Any, tokenizer: Any) -> Path:
    torch.manual_seed(7)
    kind(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder
