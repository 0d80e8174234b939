"""Five hosts: network and mount namespaces with users, homes, programs and an sshd of their own, in a network of the test.

All hosts share the file system of the machine, but for the users in /etc, and for /home, /root, /run, /var/tmp and
/usr/local/bin.
"""

import json
import os
import pathlib
import shlex
import shutil
import subprocess
import tempfile

SOURCE = pathlib.Path(__file__).resolve().parents[2] / "ansible"
SECRET = "S3CRET"  # every token of a test has it
USERS = {"ada": 1001, "bob": 1002, "jenkins": 901}
HOSTS = {"good": 11, "locked": 12, "bare": 13, "malformed": 14, "absent": 15}
CORP = '[registries.corp]\nindex = "sparse+http://127.0.0.1:1/corp/"\n'
SECONDS = 300

ENTER = """
mount --make-rprivate / 2>/dev/null # in a chroot, / can be no mount
ip link set lo up
for path in /home /root /run /var/tmp /usr/local/bin; do mount --bind "$1$path" "$path" || exit; done
# Not the single files: if the machine replaces its own, a mount on one of them is gone.
mount -t overlay -o "lowerdir=/etc,upperdir=$1/etc,workdir=$1/work" host /etc || exit
hostname "$2"
echo entered
read -r _ # until the network is there
ip address add "$3/24" dev eth0 && ip link set eth0 up || exit
exec /usr/sbin/sshd -D -e -f "$1/sshd_config"
"""


def run(*command, **options):
    return subprocess.run(command, check=True, timeout=SECONDS, **options)


def install_collection(top):
    """Builds and installs the collection as people do. Returns the directory for ANSIBLE_COLLECTIONS_PATH."""
    env = os.environ | {"HOME": str(top), "ANSIBLE_LOCAL_TEMP": str(top / "tmp")}
    run("ansible-galaxy", "collection", "build", SOURCE, "--output-path", top, env=env, stdout=subprocess.DEVNULL)
    [tarball] = top.glob("*.tar.gz")
    options = ["--collections-path", top / "collections"]
    run("ansible-galaxy", "collection", "install", tarball, *options, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return top / "collections"


class Host:
    """`holder` are the words that run a command in the fleet's network."""

    def __init__(self, top, name, number, holder, key):
        self.top, self.name, self.address = top / name, name, f"10.77.0.{number}"
        for directory in ("home", "root", "run/sshd", "var/tmp", "usr/local/bin", "etc", "work"):
            (self.top / directory).mkdir(parents=True)
        (self.top / "var/tmp").chmod(0o1777)
        (self.top / "run/sshd").chmod(0o755)
        lines = ["root:x:0:0::/root:/bin/sh", "sshd:x:100:65534::/run/sshd:/usr/sbin/nologin",
                 "nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin"]  # fmt: skip
        lines += [f"{user}:x:{uid}:{uid}::/home/{user}:/bin/sh" for user, uid in USERS.items()]
        names = ["root", "sshd", "nobody", *USERS]
        groups = ["root:x:0:", "nogroup:x:65534:"] + [f"{user}:x:{uid}:" for user, uid in USERS.items()]
        for file, text in (("passwd", lines), ("group", groups), ("shadow", [f"{user}:*:19000::::::" for user in names])):
            (self.top / "etc" / file).write_text("\n".join(text) + "\n")
        for user, uid in USERS.items():
            (self.top / "home" / user).mkdir()
            os.chown(self.top / "home" / user, uid, uid)
        self.write("root", ".ssh/authorized_keys", key.with_suffix(".pub").read_text())
        (self.top / "sshd_config").write_text(
            f"HostKey {key}\nListenAddress {self.address}\nPidFile none\nUsePAM no\nPermitRootLogin yes\n"
            "StrictModes no\nSubsystem sftp internal-sftp\nAuthorizedKeysFile .ssh/authorized_keys\n"
        )
        self.log = open(self.top / "sshd.log", "wb")
        self.process = subprocess.Popen(
            [*holder, "unshare", "--net", "--mount", "--propagation", "unchanged", "--uts",
             "sh", "-c", ENTER, "sh", self.top, name, self.address],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
        )  # fmt: skip
        assert self.process.stdout.readline() == b"entered\n"
        link = f"{name}0"
        run(*holder, "ip", "link", "add", link, "type", "veth", "peer", "name", "eth0", "netns", str(self.process.pid))
        run(*holder, "ip", "link", "set", link, "master", "fleet", "up")
        self.process.stdin.write(b"\n")
        self.process.stdin.close()

    def write(self, user, name, text):
        home = self.top / ("root" if user == "root" else f"home/{user}")
        path = home / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        for each in (path, path.parent):
            os.chown(each, USERS.get(user, 0), USERS.get(user, 0))
        path.chmod(0o600)
        return path

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.process.stdout.close()
        self.log.close()


class Fleet:
    """`stack` ends it."""

    def __init__(self, collection, program, stack):
        self.stack = stack
        self.top = pathlib.Path(tempfile.mkdtemp())  # users must reach the program and their homes: not pytest's directory
        stack.callback(shutil.rmtree, self.top)
        self.top.chmod(0o755)
        key = self.top / "key"
        run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
        # The network of the controller. It ends when its input does.
        ready = "ip link set lo up && ip link add fleet type bridge && ip address add 10.77.0.1/24 dev fleet"
        network = subprocess.Popen(["unshare", "--net", "sh", "-c", f"{ready} && ip link set fleet up && echo up && read -r _"],
                                   stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # fmt: skip
        stack.callback(network.communicate)
        assert network.stdout.readline() == b"up\n"
        self.holder = ["nsenter", f"--net=/proc/{network.pid}/ns/net"]
        self.program = self.top / "cargo-logout"
        shutil.copy(program, self.program)
        self.hosts = {}
        for name, number in HOSTS.items():
            if name != "absent":
                host = self.hosts[name] = Host(self.top, name, number, self.holder, key)
                stack.callback(host.close)
                if name != "bare":
                    shutil.copy(program, host.top / "usr/local/bin/cargo-logout")
        inventory = "\n".join(f"{name} ansible_host=10.77.0.{number}" for name, number in HOSTS.items())
        (self.top / "hosts").write_text(inventory + "\n")
        self.env = {
            "HOME": str(self.top), "PATH": os.environ["PATH"], "LANG": "C.UTF-8", "ANSIBLE_COLLECTIONS_PATH": str(collection),
            "ANSIBLE_HOST_KEY_CHECKING": "False", "ANSIBLE_PRIVATE_KEY_FILE": str(key), "ANSIBLE_REMOTE_USER": "root",
            "ANSIBLE_BECOME_METHOD": "su",
            "ANSIBLE_TIMEOUT": "5", "ANSIBLE_INVENTORY": str(self.top / "hosts"),
            "ANSIBLE_PYTHON_INTERPRETER": "/usr/bin/python3", "ANSIBLE_FORKS": "5", "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_PIPELINING": "True",
            "ANSIBLE_SSH_ARGS": "-F none -o ControlMaster=auto -o ControlPersist=5s -o UserKnownHostsFile=/dev/null",
            "ANSIBLE_STDOUT_CALLBACK": "default", "ANSIBLE_NO_LOG": "False",
        }  # fmt: skip

    def play(self, play, *arguments):
        """Runs one play with -vvv. Returns the exit status and all that was printed, which has no token."""
        path = self.top / "playbook.yml"
        path.write_text(json.dumps([{"hosts": "all", "gather_facts": False} | play]))
        done = subprocess.run([*self.holder, "ansible-playbook", "-vvv", path, *arguments], env=self.env, cwd=self.top,
                              stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS, check=False)  # fmt: skip
        output = (done.stdout + done.stderr).decode()
        assert SECRET not in output
        return done.returncode, output

    def hold_lock(self, path):
        """Another process has the lock that cargo takes, until the fleet ends."""
        holder = subprocess.Popen(["flock", path, "sh", "-c", "echo locked && read -r _"], stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)  # fmt: skip
        self.stack.callback(holder.communicate)
        assert holder.stdout.readline() == b"locked\n", shlex.quote(str(path))
