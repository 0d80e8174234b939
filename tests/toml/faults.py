"""Malformed documents, and almost malformed ones. For each, cargo-logout must print what the real cargo prints."""

SHORT = [
    'a = yes', 'a', 'a =', 'a = ', '= 1', '.a = 1', 'a. = 1', 'a..b = 1', 'a b = 1', 'a = 1 b = 2', 'a = 1, b',
    '[a', '[a\n', '[a]]', '[[a]', '[[a', '[]', '[[]]', '[ ]', '[a.]', '[.a]', '[a..b]', '[a b]', '[a] b',
    '[a]\n[a]', 'a=1\na=2', 'a=1\na.b=2', 'a.b=1\na=2', 'a={}\na.b=1', 'a=[]\na.b=1', '[a]\nb=1\n[a.b]',
    'a={}\n[a.b]', 'a=[]\n[[a]]', '[a]\n[[a]]', '[[a]]\n[a]', 'a=1\n[[a]]\nb=1\nb=2', 'a=1\n[[a]]\nb=1',
    'a=1\n[[a]]\nb=1\n[a]', '[a.b]\n[a]\nb.c=1', '[a.b.c]\n[a]\nb.d=1', '[a.b.c]\n[a]\nb.d.e=1', '[a.b]\n[a]\nb.c.d=1', '[[a.b]]\n[a]\nb.c=1',
    '[[a.b]]\n[a]\nb.c.d=1', 'a="abc', 'a="abc\n', "a='abc", "a='abc\nb=1", 'a="""abc', "a='''abc", 'a="""abc"',
    'a="""abc""', 'a="\\q"', 'a="\\', 'a="\\"', 'a="\\u12"', 'a="\\ud800"', 'a="\\U00110000"', 'a="\\x4"',
    'a="\\xzz"', 'a="a\tb"', 'a="a\x01b"', 'a="a\x7fb"', "a='a\x01b'", "a='''a\x01b'''", 'a="""a\x01\x02b"""', 'a="""a\x01\r\n"""', 'a="""a\x01\x02\\"""',
    'a="""a\rb"""', "a='''a\rb'''", 'a="""a\\ b"""', 'a="""a\\ \r b"""', 'a="""a\\\n\r b"""', 'a="""\\\n  \n x"""',
    '# \x01', '#\r', '# a\rb', '\r', 'a=1\r\n', '\x00', 'a=\x00', 'a\x00=1', '\ufeffa=1', '\ufeffa=yes', 'a=\ufeff1',
    'a=01', 'a=-01', 'a=1_', 'a=1__2', 'a=0x', 'a=0O1', 'a=0b2', 'a=0o8', 'a=0d1', 'a=0x_1', 'a=1.', 'a=.5', 'a=1.5.5',
    'a=1e+', 'a=1e_5', 'a=+inf', 'a=infi', 'a=Inf', 'a=True', 'a=TRUE', 'a=truex', 'a=true false', 'a=tru e', 'a=1 2',
    'a=1a', 'a=1e999', 'a=99999999999999999999', 'a=9223372036854775808', 'a=-9223372036854775808',
    'a=18446744073709551616', 'a=1e400\nb=99999999999999999999', '[a]\nb=1e999\n[c]\nd=yes', 'a={b=[1e999]}',
    'a=1979-05-27', 'a=1979-02-29', 'a=1979-05-27 07:32', 'a=1979-05-27x', 'a=1979-05-27T07:32:00+24:00', 'a=07:3',
    'a=24:00', 'a=07:32:00.', 'a=+1979-05-27', 'a=[', 'a=[1', 'a=[1,', 'a=[1 2]', 'a=[1\n2]', 'a=["a" "b"]', 'a=[,]',
    'a=[1,,2]', 'a=[1,]', 'a=[=]', 'a=[1=2]', 'a=[{]', 'a=[}]', 'a=[1}]', 'a=[1{}]', 'a=[1[]]', 'a=[# c\n1 # d\n]',
    'a=[#\x01\n]', 'a=[\r]', ']', '}', '{', 'a=]', 'a=}', 'a=,', 'a==1', 'a= = 1', 'a=#c', 'a=\n', 'a=[1]]', 'a={}}',
    'a={', 'a={b', 'a={b=', 'a={b=1', 'a={b=1,', 'a={b}', 'a={b=}', 'a={b.c}', 'a={b.}', 'a={.b=1}', 'a={=1}', 'a={=}',
    'a={,}', 'a={b,c=1}', 'a={b=,c=1}', 'a={b=1,,c=2}', 'a={b==1}', 'a={b=1=2}', 'a={b=1 c=2}', 'a={b=1\nc=2}', 'a={b 1}',
    'a={b {}}', 'a={b []}', 'a={{}}', 'a={[]}', 'a={b=1 {}}', 'a={b=1 []}', 'a={]}', 'a={b]}', 'a={b=]}', 'a={b=1]}',
    'a={b=1,b=2}', 'a={b={},b.c=1}', 'a={b=1,b.c=2}', 'a={b.c=1,b=2}', 'a={b=[],b.c=1}', 'a={b.c={},b.c.d=1}',
    'a.b={}\na.b.c=1', 'a={b.c=1,b.d=2}', 'a={b.c.d=1,b.c=2}', 'a={\nb=1,\n}', 'a={\n# c\nb\n=\n1\n,\n}',
    'a={b=1,#\x02\n}', 'a={"b"=1,\'c\'=2}', 'a={"""b"""=1}', '"a"=1', "'a'=1", '"""a"""=1', "'''a'''=1", '"a=1',
    '"a\\q"=1', 'a.b.c=1', 'a . b = 1', 'a.\nb=1', 'a#=1', '\xe9=1', 'a.\xe9=1', '"\xe9"=yes', '\xe9="x', 'a="\xe9" x',
    'a = "\xe9\xe9\xe9\x01"', 'a="\\\xe9"', 'b=1 \xe9', '\xa0a=1', 'a=\u2028', '["a]', "['a'.b]\nx", '[a=1]', '[a,b]',
    '[a{b]', '[a]#c\x01', '[a]\r', '[a] # c\r\n', '[a]\t\n', '[ a . b ]\n', '[[ a . b ]]\n[[a.b]]\n[a.b.c]\nd=1',
    '[a.b]\n[[a]]', '[[a.b]]\n[[a]]', '[[a]]\n[a.b]\n[[a]]\n[a.b]', '[a]\nb.c=1\n[a.b]', '[a]\nb.c=1\n[a.b.d]',
    'a.b=1\n[a]', 'a.b=1\n[a.c]', 'a.b=1\n[[a]]', '[a]\n[a.b.c]\n[a.b]\n[a.b]', 'token "cioabc"', 'cioabc',
    'token = cioabc', 'token = "cioabc', 'token = cioabc"', "token = cioabc'", 'token = cioabc"""', "token = cioabc'''",
    'a=1 # x\n\n\n', 'a=1\n\n\nb', '\n\nb=', 'b=\n\n', '[a]\n[b', 'x=1\n"', "x=1\n'''", 'a="x\\\n', 'a="x"y', 'a="x""y"',
    'a="x" "y"', "a='x'y", 'a=x"y"', 'a="""x"""""', 'a="""x""""""', "a=''''x'''''", ' a = yes', '\ta\t=\tyes\t',
    'a = 1 .5', 'a = .', 'a = . 5', 'a=[.]', 'a={b=.}', 'a=[1 .5]', 'a="$"', '$=1', 'a=$', 'a=~', 'a=abc # x', 'a=abc#x',
    'a.x=1\nb=1e999\na.y=2e999',
    "a=1_0x000", "a=1_abc", "a=1_2+3", "a=1_2-3", "a=0x", "a=1_a.5",
    # Where a bracket is missing, behind what is no comment, blank or line end.
    "a={b=1\n # x", "a={b=1\n # x\n", "a={b=1 #", "a={b\n#", "a=[1\n # x", "a=[1 # x\n", "a=[{\n#", "a=[[1,\n#\n#",
    "a=[1\n\n", "a=[1  \n  ", "a=[\n", "a={b=1,\n\n", "a=[\r\n1\r\n", "a=[[1]\n", "a=[{b=1\n", "a={b\n", "a={b=\n", "a={b.\n", "a = {b = \"x}\n",
    "a={b=1,c\n}", "a={b=1,c=\n}", "a={b c}", "a={b=,}", "a = [1, 2\n[b]\n", "a = {b = 1\n[b]\n",
    # A dotted key extends a table that only longer headers made, which then has no header of its own.
    "[a.b.c]\n[a]\nb.d=1\n[a.b]", "[a.b.c]\n[a]\nb.d=1\n[a.b.e]", "[a.b.c]\n[a]\nb.d=1\nb.e=2", "[a.b.c.d]\n[a]\nb.c.e=1\n[a.b.c]",
    "[a.b.c.d]\n[a]\nb.c.e=1\n[a.b.g]", "[a.b.c.d]\n[a]\nb.c.e=1\n[[a.b.x]]", "[a.b.c]\n[a]\nb.d=1\nb=2",
    # What people forget to quote.
    "a = ./target", "a = ../x", "a = ~/x", "a = /x", "a = https://x.y/z", "a = file:///x", "a = nightly", "a = information", "a = -foo", "a = 0abc",
    "a = x y\n", "a = \xe9\xe9 x", "a = b = c", "a == b", "token: \"x\"", "a$$b=1", "a$\xe9b=1", "[a$$]", "'\xe9'=1\n'\xe9'=2",
]

# At and beyond the limits.
LONG = [
    "a=" + "[" * 80 + "]" * 80, "a=" + "[" * 81 + "]" * 81, "a=" + "[" * 81,
    "a=" + "{a=" * 80 + "1" + "}" * 80, "a=" + "{a=" * 81 + "1" + "}" * 81, "a=" + "[{a=" * 40 + "[" + "}]" * 40,
    "a" + ".a" * 79 + "=1", "a" + ".a" * 80 + "=1", "[a" + ".a" * 79 + "]", "[a" + ".a" * 80 + "]", "[[a" + ".a" * 80 + "]]",
    "a={a" + ".a" * 80 + "=1}", "a" + ".a" * 80, "a" + ".a" * 80 + "=yes",
]

DOCUMENTS = [*SHORT, *LONG, "\n" * 99 + "b = no\n"]
