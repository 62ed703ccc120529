"""The two families of errors: what a user is told, and what ends a start."""

__all__ = ["LoquiError", "StartError"]


class LoquiError(Exception):
    """
    Something a user asked for is refused; the door tells them so.

    @ivar code: a word for programs, the same in every version: C{"name-taken"}.
    @ivar sentence: for people, without an end mark: what is wrong and what to do.
    """

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


class StartError(SystemExit, Exception):
    """
    The daemon cannot start; its argument is the one sentence that says why.

    It is a C{SystemExit}, so that C{twistd -n} prints the sentence and ends with
    status 1 instead of showing a traceback, and an C{Exception}, so that a
    daemonizing C{twistd} hands it to the waiting parent process.
    """
