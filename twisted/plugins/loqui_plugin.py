"""Makes C{twistd loqui} known; what it does is imported only when it is asked for."""

from twisted.application.service import ServiceMaker

loqui = ServiceMaker("Loqui", "loqui.tap", "A chat server that anybody can join with nc.", "loqui")
