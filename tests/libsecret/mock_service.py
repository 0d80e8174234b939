"""A Secret Service that misbehaves, for what a real one cannot be made to do at will.

    mock_service.py BEHAVIOUR [ITEMS]

Prints "ready" once it owns the name, and then a line for each call that it gets. It has one collection with
ITEMS items that match everything, and sends secrets unencrypted. The collection is locked while an item is. BEHAVIOUR is a comma-separated list:

    locked           the items are locked until they are unlocked
    open             ... and their collection is not, as in KeePassXC
    sealed           what is locked is found by its URL alone, as in a gnome-keyring that was never unlocked
    hidden           the collection is locked and shows nothing, as in KeePassXC
    gone             the collection that the service names does not exist
    odd              it does not say whether it is locked
    slow=SECONDS     the first search takes that long
    unlock-free      Unlock works without asking anybody
    unlock-prompt    Unlock wants a prompt, which the person answers with yes
    unlock-refused   ... with no
    unlock-ignored   ... not at all
    unlock-fails     Unlock is an error
    prompt-fails     what asks the person is
    secret-fails     GetSecret is an error
    binary           the secrets are pictures, not text
    create-refused   CreateItem wants a prompt, which the person answers with no
    described        the items are those of DESCRIBED
    delete-lies      Delete says that it worked and keeps the item
    delete-fails     Delete is an error
    first-fails      the first Delete is an error
    delete-prompt    Delete wants a prompt, which the person answers with yes
    blind            the second search is an error
    silent           no search is ever answered
    error=NAME       each search is the D-Bus error NAME
"""

import sys

from gi.repository import Gio, GLib

ROOT = "/org/freedesktop/secrets"
COLLECTION = ROOT + "/collection/main"
DEFAULT = ROOT + "/aliases/default"
PROMPT = ROOT + "/prompt/p"

# The types of what each method gets and returns, and those of the properties.
INTERFACES = {
    "Service": (
        {"OpenSession": ("s v", "v o"), "SearchItems": ("a{ss}", "ao ao"), "Unlock": ("ao", "ao o"), "ReadAlias": ("s", "o")},
        {"Collections": "ao"},
    ),
    "Collection": (
        {"CreateItem": ("a{sv} (oayays) b", "o o"), "SearchItems": ("a{ss}", "ao")},
        {"Locked": "b", "Items": "ao"},
    ),
    "Item": (
        {"Delete": ("", "o"), "GetSecret": ("o", "(oayays)")},
        {"Locked": "b", "Attributes": "a{ss}", "Label": "s", "Created": "t", "Modified": "t"},
    ),
    "Prompt": ({"Prompt": ("s", ""), "Dismiss": ("", "")}, {}),
}
NEVER = object()  # a call that is not answered
# {url, label} of items; what is None is not there at all.
DESCRIBED = [
    ({"url": "sparse+https://example.com/"}, "cargo-registry:corp"),
    ({"url": "sparse+https://example.org/"}, ""),
    ({"url": "sparse+https://a\ttab/"}, "cargo-registry:tab"),
    ({"url": "sparse+https://a\nline/"}, "cargo-registry:line"),
    ({"url": "sparse+https://example.net/"}, "cargo-registry:two\nlines"),
    ({"other": "x"}, "cargo-registry:nothing"),
    ({"url": "sparse+https://nameless/"}, None),
    (None, "cargo-registry:bare"),
]


def interface(name):
    methods, properties = INTERFACES[name]
    text = "".join(f'<property name="{each}" type="{kind}" access="read"/>' for each, kind in properties.items())
    for method, kinds in methods.items():
        arguments = [f'<arg type="{kind}" direction="{way}"/>' for way, each in zip(("in", "out"), kinds) for kind in each.split()]
        text += f'<method name="{method}">{"".join(arguments)}</method>'
    node = Gio.DBusNodeInfo.new_for_xml(f'<node><interface name="org.freedesktop.Secret.{name}">{text}</interface></node>')
    return node.interfaces[0]


class Refused(Exception):
    name = "org.freedesktop.DBus.Error.Failed"


class NotSupported(Refused):
    name = "org.freedesktop.DBus.Error.NotSupported"


class Service:
    def __init__(self, bus, behaviour, count):
        self.bus = bus
        self.behaviour = behaviour
        self.items = [f"{COLLECTION}/{n}" for n in range(count)]
        self.locked = set(self.items) if "locked" in behaviour else set()
        self.searches = self.deletes = 0
        self.prompted = None  # what a "yes" does, and the value that Completed carries then
        collections = [DEFAULT] + [COLLECTION] * ("gone" not in behaviour)
        objects = [(ROOT, "Service"), (PROMPT, "Prompt")] + [(path, "Collection") for path in collections] + [(item, "Item") for item in self.items]
        for path, name in objects:
            bus.register_object(path, interface(name), self.call, self.get, None)

    def get(self, _bus, _sender, path, _interface, name):
        attributes, label = {}, "mock"
        if "described" in self.behaviour and path in self.items:
            attributes, label = DESCRIBED[self.items.index(path)]
        locked = path in self.locked if path in self.items else bool(self.locked) and "open" not in self.behaviour
        locked = locked or ("hidden" in self.behaviour and path == COLLECTION)
        return {
            "Collections": GLib.Variant("ao", [COLLECTION]),
            "Locked": None if "odd" in self.behaviour and path == COLLECTION else GLib.Variant("b", locked),
            "Items": GLib.Variant("ao", self.items),
            "Attributes": None if attributes is None else GLib.Variant("a{ss}", attributes),
            "Label": None if label is None else GLib.Variant("s", label),
        }.get(name, GLib.Variant("t", 0))

    def call(self, _bus, _sender, path, _interface, method, parameters, invocation):
        print(method, path, flush=True)
        try:
            result = getattr(self, method)(path, *parameters.unpack())
        except Refused as refused:
            invocation.return_dbus_error(refused.name, str(refused))
        else:
            slow = [int(behaviour[5:]) for behaviour in self.behaviour if behaviour.startswith("slow=")]
            if slow and method == "SearchItems" and self.searches == 1:
                GLib.timeout_add_seconds(slow[0], lambda: invocation.return_value(result))
            elif result is not NEVER:
                invocation.return_value(result)

    def OpenSession(self, _path, algorithm, _input):
        if algorithm != "plain":
            raise NotSupported("only plain")
        return GLib.Variant("(vo)", (GLib.Variant("s", ""), ROOT + "/session/s"))

    def SearchItems(self, path, attributes):
        self.searches += 1
        if "silent" in self.behaviour:
            return NEVER
        for behaviour in self.behaviour:
            if behaviour.startswith("error="):
                raise type("Named", (Refused,), {"name": behaviour.removeprefix("error=")})("in its words")
        if "blind" in self.behaviour and self.searches > 1:
            raise Refused("the index is broken")
        free = [item for item in self.items if item not in self.locked]
        if "sealed" in self.behaviour and self.locked and "xdg:schema" in attributes:
            return GLib.Variant("(aoao)", ([], []))
        if path == COLLECTION:
            return GLib.Variant("(ao)", (self.items,))
        return GLib.Variant("(aoao)", (free, [item for item in self.items if item in self.locked]))

    def Unlock(self, _path, wanted):
        def unlock():
            self.locked -= set(self.items if COLLECTION in wanted else wanted)
            return GLib.Variant("ao", wanted)

        if "unlock-fails" in self.behaviour:
            raise Refused("the prompter is broken")
        if "unlock-free" in self.behaviour:
            unlock()
            return GLib.Variant("(aoo)", (wanted, "/"))
        self.prompted = unlock
        return GLib.Variant("(aoo)", ([], PROMPT))

    def Delete(self, path):
        def delete():
            self.items.remove(path)
            return GLib.Variant("s", "")

        self.deletes += 1
        if "delete-fails" in self.behaviour or ("first-fails" in self.behaviour and self.deletes == 1):
            raise Refused("the disk is full")
        if "delete-prompt" in self.behaviour:
            self.prompted = delete
            return GLib.Variant("(o)", (PROMPT,))
        if "delete-lies" not in self.behaviour:
            delete()
        return GLib.Variant("(o)", ("/",))

    def GetSecret(self, _path, session):
        if "secret-fails" in self.behaviour:
            raise Refused("the disk is broken")
        kind = "image/png" if "binary" in self.behaviour else "text/plain"
        return GLib.Variant("((oayays))", ((session, b"", b"mock-token", kind),))

    def CreateItem(self, _path, _properties, _secret, _replace):
        return GLib.Variant("(oo)", ("/", PROMPT))

    def Prompt(self, _path, _window):
        if "prompt-fails" in self.behaviour:
            raise Refused("no window can be opened")
        if "unlock-ignored" not in self.behaviour:
            GLib.timeout_add(50, self.completed)
        return None

    def Dismiss(self, _path):
        return None

    def completed(self):
        dismissed = "unlock-refused" in self.behaviour or "create-refused" in self.behaviour
        nothing = GLib.Variant("o", "/") if "create-refused" in self.behaviour else GLib.Variant("ao", [])
        value = nothing if dismissed else self.prompted()
        self.bus.emit_signal(
            None, PROMPT, "org.freedesktop.Secret.Prompt", "Completed", GLib.Variant("(bv)", (dismissed, value))
        )
        return False


def main():
    bus = Gio.bus_get_sync(Gio.BusType.SESSION)
    service = Service(bus, sys.argv[1].split(","), int((sys.argv[2:] or ["1"])[0]))
    loop = GLib.MainLoop()
    Gio.bus_own_name_on_connection(
        bus, "org.freedesktop.secrets", Gio.BusNameOwnerFlags.NONE, lambda *_: print("ready", flush=True), None
    )
    loop.run()
    return service


if __name__ == "__main__":
    main()
