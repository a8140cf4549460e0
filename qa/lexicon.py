"""Lexicon: the small lists of English words that the rules for follow-ups go by, and what counts as a word.

Closed classes (auxiliaries, pronouns) are whole; open ones (roles, places, given names) hold only the commonest words.
What a list does not know is left open by those who use it.
"""

from __future__ import annotations

import re


def vocabulary(line: str) -> frozenset[str]:
    """The words of the line."""
    return frozenset(line.split())


AUXILIARIES = vocabulary(
    "is are was were am be been being do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't couldn't won't wouldn't shouldn't"
)
QUESTION_WORDS = vocabulary("who whom whose what which when where why how")
PREPOSITIONS = vocabulary(
    "of in on at by for from to with about into onto over under after before since until till during against between "
    "among through across near behind without within towards toward upon around as than because despite per"
)
PRONOUNS = vocabulary(
    "i me my mine you your yours we us our ours he him his himself she her hers herself it its itself they them "
    "their theirs themselves this that these those there here one ones someone anyone everyone somebody something"
)
_OTHERS = vocabulary(
    "the a an and or but nor so if then also not no yes any some each every both all many much more most other another "
    "such very too just only even ever still again already else exactly ago now later meanwhile however although "
    "though while soon finally recently today yesterday tomorrow earlier several few once there's it's that's what's "
    "who's please tell say says said mr mrs ms dr"
)
FUNCTION_WORDS = AUXILIARIES | QUESTION_WORDS | PREPOSITIONS | PRONOUNS | _OTHERS
DETERMINERS = vocabulary("the a an this that these those his her its their our my your some several")
LINKS = vocabulary("of the de da del di du la le van von der den al bin ibn for & and")
TIMES = vocabulary(
    "monday tuesday wednesday thursday friday saturday sunday january february march april may june july august "
    "september october november december spring summer autumn winter christmas easter morning afternoon evening night "
    "year years month months week weeks day days hour hours minute minutes century decade decades midnight noon "
    "bc bce ad bp"
)
# Verbs that do not end in "ed", and those of them that are nouns or adjectives as often.
PASTS = vocabulary(
    "began became came fell went took gave made said told led left lost won found held kept met paid ran sent sold "
    "spoke stood thought wrote built bought brought caught chose drew drove ate felt fought flew got grew heard hit "
    "knew lay let meant put read rose sang sat saw shot slept spent stole swam taught threw understood wore broke "
    "died lives lies means happened happens works says makes takes gives wins leads owns runs killed hurt shut shook"
)
NOUNS = vocabulary(
    "found left lies lives means works leads wins runs hit lay let put read saw shot felt hurt"
)  # of them
MALE = vocabulary(
    "mr sir lord king prince duke emperor pope father dad brother son uncle nephew husband grandfather grandpa boy man "
    "gentleman spokesman chairman policeman fireman actor businessman monk priest widower god count baron wizard"
)
FEMALE = vocabulary(
    "mrs ms miss madam lady queen princess duchess empress mother mom mum sister daughter aunt niece wife grandmother "
    "grandma girl woman spokeswoman chairwoman policewoman actress businesswoman nun widow goddess countess witch maid"
)
ROLES = vocabulary(
    "president minister premier chancellor governor mayor senator chief general colonel captain sergeant officer "
    "judge doctor dr professor prof bishop rev coach manager director secretary ambassador leader founder author "
    "writer poet artist painter singer composer player engineer scientist teacher student farmer owner baker doctor "
    "nurse lawyer driver pilot soldier child baby person spokesperson chairperson head analyst reporter journalist "
    "architect historian chef inventor explorer candidate commander expert researcher curator editor official "
    "champion winner friend neighbour neighbor boss host guest victim suspect patient witness"
)
PEOPLE = MALE | FEMALE | ROLES
GROUPS = vocabulary(
    "organization organisation company corporation inc ltd corp co ministry department agency party university college "
    "school institute bank council union association committee club team army navy force forces government parliament "
    "congress senate court church commission board band orchestra alliance league federation group society foundation "
    "police crew family staff media press channel news network office museum"
)
MANY = vocabulary("people police children men women media crew staff cattle data mice feet teeth geese parents twins")
PLACES = vocabulary(
    "city town village country province state region county district street road avenue square park river lake sea "
    "ocean island mountain mount valley hill forest desert bay port harbour harbor bridge airport station building "
    "house castle palace hotel hospital farm garden kingdom republic capital area coast beach republic continent"
)
# The commonest given names of English texts; of other names only titles and the text itself tell.
HIS_NAMES = vocabulary(
    "james john robert michael william david richard joseph thomas charles daniel matthew anthony mark steven paul "
    "andrew joshua george kevin brian edward jason jeffrey ryan jacob gary nicholas eric jonathan stephen larry justin "
    "scott frank benjamin gregory samuel raymond patrick jack dennis jerry peter henry tom tim bill bob jim joe mike "
    "dan ben max sam harry fred louis oscar omar ali ahmed mohammed ivan carlos juan jose luis pedro hans karl pierre "
    "jean marc antonio marco giovanni vladimir sergei igor arthur albert ernest walter philip simon martin adam alan"
)
HER_NAMES = vocabulary(
    "mary patricia jennifer linda elizabeth barbara susan jessica sarah karen lisa nancy betty margaret sandra ashley "
    "kimberly emily donna michelle carol amanda melissa deborah stephanie rebecca sharon laura cynthia kathleen amy "
    "angela shirley anna ann anne brenda pamela emma nicole helen samantha katherine christine rachel carolyn janet "
    "maria catherine heather diane olivia julie joyce victoria ruth virginia lauren kelly christina joan evelyn judith "
    "alice julia grace hannah sophia sophie ella lily lucy jane kate molly rosa elena olga natasha fatima aisha ingrid "
    "greta clara eva ida marie charlotte claire martha leila layla zoe chloe isabella mia"
)
WORD = re.compile(r"[^\W_]+(?:(?:['’.&-]|(?<=\d),(?=\d{3}))[^\W_]+)*")


def words(text: str) -> list[re.Match[str]]:
    """The words of the text, each with its place; "Kassym-Jomart", "Almaty's" and "2,000" are one."""
    return list(WORD.finditer(text))


def is_plural(word: str) -> bool:
    """Whether the word, in small letters, looks like that of several things."""
    if word in MANY:
        return True
    return len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is", "'s", "’s", "news", "series"))
