"""A conversation with the shipped models: follow-ups, refusals, small talk and summaries on the first text."""

from __future__ import annotations

from qa import Answer, Assistant
from qa.page.export import markdown
from qa.page.render import answer_html
from qa.page.talk import Talk, opened


def exact(answer: Answer) -> None:
    for one in (answer, *answer.alternatives, *answer.quotes):
        if one.text is not None:
            assert one.document is not None
            assert one.document.text[one.start : one.end] == one.text


def test_the_thread_goes_on_through_refusals_and_small_talk(assistant: Assistant) -> None:
    talk = assistant.conversation()
    assert talk.ask("who did Tokayev appoint?").text == "Alikhan Smailov"
    assert talk.ask("Who won the Eurovision song contest?").text is None
    assert talk.ask("thanks!").text is None
    answer = talk.ask("What is his new post?")
    assert answer.text == "acting prime minister"
    assert answer.question == "What is Alikhan Smailov's new post?"
    assert len(talk.turns) == 4
    for turn in talk.turns:
        exact(turn)


def test_a_question_without_a_verb_is_completed(assistant: Assistant) -> None:
    talk = assistant.conversation()
    talk.ask("How many civilians were assaulted?")
    answer = talk.ask("And businesses?")
    exact(answer)
    assert answer.question == "How many businesses were assaulted?"
    assert "hundreds" in (answer.text or "")


def test_what_more_there_is_can_be_asked_for(assistant: Assistant) -> None:
    talk = assistant.conversation()
    first = talk.ask("What did Tokayev declare on Wednesday?")
    more = talk.ask("Anything else?")
    assert more.question == "What else did Tokayev declare on Wednesday?"
    assert (first.text, more.text is not None and "curfew" in more.text) == ("a two-week state of emergency", True)
    again = talk.ask("anything else?")
    for answer in (again, *again.alternatives):
        assert answer.text is None or not ("curfew" in answer.text or "state of emergency" in answer.text)


def test_a_question_that_stands_alone_is_answered_as_ever(assistant: Assistant) -> None:
    talk = assistant.conversation()
    talk.ask("who did Tokayev appoint?")
    question = "Which news channel reported the toll?"
    assert talk.ask(question) == assistant.ask(question)


def test_two_conversations_do_not_hear_each_other(assistant: Assistant) -> None:
    first, second = assistant.conversation(), assistant.conversation()
    first.ask("who did Tokayev appoint?")
    assert second.ask("What is his new post?").question == "What is his new post?"


def test_small_talk_gets_a_reply_and_no_quotation(assistant: Assistant) -> None:
    talk = assistant.conversation()
    for said in ("Hello!", "What can you do?", "Which texts do you have?", "Goodbye"):
        answer = talk.ask(said)
        assert answer.text is answer.document is None
        assert answer.reply
    assert "Kazakhstan unrest" in (talk.turns[2].reply or "")


def test_the_article_is_summarised_in_its_own_sentences(assistant: Assistant) -> None:
    talk = Talk(assistant.conversation())
    answer = talk.ask("Summarise the article", top_k=8, threshold=None).answer
    assert answer is not None
    assert 2 <= len(answer.quotes) <= 5
    exact(answer)
    assert [quote.start for quote in answer.quotes] == sorted(quote.start or 0 for quote in answer.quotes)
    shown = answer_html(answer, turn=0)
    exported = markdown([("Summarise the article", answer)])
    assert shown.count("<blockquote") == exported.count("Source:") == len(answer.quotes)
    assert 'value="0 quote 1"' in shown
    assert "do not say" not in shown + exported
    assert '<mark class="best">' in opened(answer, "quote 1")


def test_an_index_without_texts_has_nothing_to_summarise(tmp_path) -> None:
    talk = Assistant.on_texts([], tmp_path / "index").conversation()
    answer = talk.ask("Summarise the texts")
    assert answer.quotes == ()
    assert "no texts" in (answer.reply or "")


def test_the_text_around_the_answer_before_is_read_once_more(assistant: Assistant) -> None:
    talk = assistant.conversation()
    talk.ask("Who is the Almaty police chief?")
    answer = talk.ask("What did he say the protesters had done?")
    exact(answer)
    assert "ransacked hundreds of businesses" in (answer.text or "")
    assert answer.agreement is not None
    assert answer.agreement.near != answer.agreement.alone


def test_a_text_that_was_removed_is_not_quoted_from_in_a_follow_up(tmp_path, reader) -> None:
    texts = [
        "Omar Lindqvist opened a bakery in Brena in May 1931.",
        "The comet will be visible from Lisbon on 4 March.",
    ]
    assistant = Assistant.on_texts(texts, tmp_path / "index", reader=reader)
    talk = assistant.conversation()
    first = talk.ask("Who opened a bakery in Brena?")
    assert (first.text, first.document is not None) == ("Omar Lindqvist", True)
    assert "1931" in (talk.ask("When did he open it?").text or "")
    assistant.index.remove(first.document.id if first.document else "")
    answer = talk.ask("Where did he open it?")
    for one in (answer, *answer.alternatives):
        assert one.document is None or one.document.id != first.document.id
