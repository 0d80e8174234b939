/*
 * Runs a command and makes one of its system calls fail:
 *
 *     inject FD PROCESS NUMBER NTH FAULT COMMAND ARGUMENT...
 *
 * The call is the NTH (from 1) with this NUMBER in the PROCESS: 0 is the command itself, 1 the
 * first process or thread that it makes, and so on. A command counts from its execve() on, its
 * children from their first instruction. FAULT is one of:
 *
 *     none         nothing; all calls are listed
 *     error=E      is not made and fails with errno E (close and brk: as the kernel fails them)
 *     errors=E     the same for this and each later one of that number in the process
 *     short        is made with half of its length
 *     lost         is not made, and yet says that it was, all of it
 *     before=S     signal S is pending when it begins: SIGKILL comes before it takes place
 *     after=S      signal S when it has been made
 *     pause        waits before it until a byte can be read from FD
 *
 * Lines on FD: `call PROCESS NUMBER` of each call (with `none`), `hit` when it went wrong, `left N`
 * with the number of children that the command had at its end, `end STATUS` with its wait status.
 * This program exits when the last process of the command has exited, and leaves no process. A
 * command gains no privileges, so a command that must not have root's privileges must be started
 * without them.
 *
 * strace can do most of this, at ten times the cost.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TRACEES = 64 };

enum fault_kind {
    FAULT_NONE,
    FAULT_ERROR,
    FAULT_ERRORS,
    FAULT_SHORT,
    FAULT_LOST,
    FAULT_BEFORE,
    FAULT_AFTER,
    FAULT_PAUSE,
};

static const char *const kinds[] = {
    [FAULT_NONE] = "none",    [FAULT_ERROR] = "error=", [FAULT_ERRORS] = "errors=",
    [FAULT_SHORT] = "short",  [FAULT_LOST] = "lost",    [FAULT_BEFORE] = "before=",
    [FAULT_AFTER] = "after=", [FAULT_PAUSE] = "pause",
};

struct fault {
    size_t process;
    unsigned long long number;
    unsigned nth;
    enum fault_kind kind;
    int value; /* errno or signal */
};

struct tracee {
    pid_t pid;
    bool started; /* its calls count */
    bool hit;     /* it is inside the call that goes wrong */
    unsigned long long number;
    unsigned long long length; /* the third argument, which is one where it matters */
};

struct tracer {
    int fd;
    FILE *report;
    struct fault fault;
    unsigned seen; /* calls of that number in that process */
    bool done;     /* the fault has happened, and only once */
    struct tracee tracees[TRACEES];
    size_t count;
};

static void die(const char *what)
{
    (void)fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
    exit(125);
}

static bool fault_parse(const char *text, struct fault *fault)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        size_t len = strlen(kinds[i]);
        if (strncmp(text, kinds[i], len) == 0) {
            fault->kind = (enum fault_kind)i;
            fault->value = (int)strtol(text + len, NULL, 10);
            return true;
        }
    }
    return false;
}

static bool is_error(const struct fault *fault)
{
    return fault->kind == FAULT_ERROR || fault->kind == FAULT_ERRORS;
}

/* Makes the kernel stop only at calls of this number, which is ten times as fast. */
static bool filter_calls(unsigned number)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRACE),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof(filter) / sizeof(filter[0]), .filter = filter};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

/* The child waits until it is traced, so that everything that it executes is traced. */
static pid_t start(const struct fault *fault, char **argv)
{
    int ready[2];
    if (pipe(ready) < 0)
        die("pipe");
    pid_t pid = fork();
    if (pid < 0)
        die("fork");
    if (pid == 0) {
        char byte;
        (void)close(ready[1]);
        bool traced = read(ready[0], &byte, 1) == 0;
        (void)close(ready[0]);
        if (traced && (fault->kind == FAULT_NONE || filter_calls((unsigned)fault->number)))
            (void)execvp(argv[0], argv);
        _exit(127);
    }
    long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL | PTRACE_O_TRACEEXEC |
                   PTRACE_O_TRACEEXIT | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACECLONE | PTRACE_O_TRACESECCOMP;
    if (ptrace(PTRACE_SEIZE, pid, NULL, options) < 0 ||
        ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) < 0)
        die("ptrace");
    (void)close(ready[0]);
    (void)close(ready[1]);
    return pid;
}

static struct tracee *tracee_of(struct tracer *tracer, pid_t pid)
{
    for (size_t i = 0; i < tracer->count; i++)
        if (tracer->tracees[i].pid == pid)
            return &tracer->tracees[i];
    if (tracer->count == TRACEES) {
        errno = EAGAIN;
        die("too many processes");
    }
    struct tracee *tracee = &tracer->tracees[tracer->count++];
    *tracee = (struct tracee){.pid = pid, .started = tracer->count > 1};
    return tracee;
}

/* A process that was killed meanwhile has no registers. */
static struct user_regs_struct registers_of(const struct tracee *tracee)
{
    struct user_regs_struct registers = {0};
    (void)ptrace(PTRACE_GETREGS, tracee->pid, NULL, &registers);
    return registers;
}

static void pause_here(struct tracer *tracer)
{
    char byte;
    (void)fflush(tracer->report);
    if (read(tracer->fd, &byte, 1) != 1)
        die("read");
}

static void fault_at_entry(struct tracer *tracer, struct tracee *tracee,
                           struct user_regs_struct *registers)
{
    const struct fault *fault = &tracer->fault;
    if (fault->kind == FAULT_SHORT && registers->rdx < 2)
        return;
    tracee->hit = true;
    tracer->done = fault->kind != FAULT_ERRORS;
    (void)fputs("hit\n", tracer->report);
    if (fault->kind == FAULT_BEFORE)
        (void)kill(tracee->pid, fault->value);
    else if (fault->kind == FAULT_PAUSE)
        pause_here(tracer);
    else if (fault->kind == FAULT_SHORT)
        registers->rdx /= 2;
    else if (is_error(fault) && tracee->number == SYS_brk)
        registers->rdi = 0; /* brk() fails and returns the old end */
    else if (fault->kind == FAULT_LOST || (is_error(fault) && tracee->number != SYS_close))
        registers->orig_rax = (unsigned long long)-1; /* it is not made */
    (void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, registers);
}

static void call_begins(struct tracer *tracer, struct tracee *tracee)
{
    struct user_regs_struct registers = registers_of(tracee);
    tracee->number = registers.orig_rax;
    tracee->length = registers.rdx;
    size_t process = (size_t)(tracee - tracer->tracees);
    const struct fault *fault = &tracer->fault;
    if (fault->kind == FAULT_NONE) {
        (void)fprintf(tracer->report, "call %zu %llu\n", process, tracee->number);
        return;
    }
    if (tracer->done || process != fault->process || tracee->number != fault->number)
        return;
    tracer->seen++;
    if (tracer->seen == fault->nth || (tracer->seen > fault->nth && fault->kind == FAULT_ERRORS))
        fault_at_entry(tracer, tracee, &registers);
}

static void call_ends(struct tracer *tracer, struct tracee *tracee)
{
    if (!tracee->hit)
        return;
    const struct fault *fault = &tracer->fault;
    struct user_regs_struct registers = registers_of(tracee);
    tracee->hit = false;
    if (fault->kind == FAULT_AFTER)
        (void)kill(tracee->pid, fault->value);
    else if (fault->kind == FAULT_LOST)
        registers.rax = tracee->number == SYS_pwrite64 ? tracee->length : 0;
    else if (is_error(fault) && tracee->number != SYS_brk)
        registers.rax = (unsigned long long)-fault->value;
    (void)ptrace(PTRACE_SETREGS, tracee->pid, NULL, &registers);
}

/* Returns the number of children of a process that exits, without reaped ones. */
static void report_left(const struct tracer *tracer, pid_t pid)
{
    char path[64];
    int count = 0;
    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    FILE *children = fopen(path, "re");
    for (int byte = 0; children && byte != EOF; byte = fgetc(children))
        count += byte == ' '; /* behind each number */
    if (children) {
        (void)fclose(children);
        (void)fprintf(tracer->report, "left %d\n", count);
    }
}

static bool is_entry(const struct tracee *tracee)
{
    struct __ptrace_syscall_info info = {.op = PTRACE_SYSCALL_INFO_NONE};
    (void)ptrace(PTRACE_GET_SYSCALL_INFO, tracee->pid, sizeof(info), &info);
    return info.op == PTRACE_SYSCALL_INFO_ENTRY;
}

/* Handles a stop, and continues the process with the signal that stopped it. */
static void stopped(struct tracer *tracer, struct tracee *tracee, int status)
{
    int event = status >> 16;
    bool call = event == 0 && WSTOPSIG(status) == (SIGTRAP | 0x80);
    if (event == PTRACE_EVENT_SECCOMP || (call && is_entry(tracee))) {
        if (tracee->started)
            call_begins(tracer, tracee);
    } else if (call) {
        call_ends(tracer, tracee);
    } else if (event == PTRACE_EVENT_EXEC) {
        tracee->started = true;
    } else if (event == PTRACE_EVENT_EXIT && tracee == tracer->tracees) {
        report_left(tracer, tracee->pid);
    }
    bool to_next_call = tracer->fault.kind == FAULT_NONE || tracee->hit;
    long number = event == 0 && !call ? WSTOPSIG(status) : 0;
    (void)ptrace(to_next_call ? PTRACE_SYSCALL : PTRACE_CONT, tracee->pid, NULL, number);
}

static void run(struct tracer *tracer)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        struct tracee *tracee = tracee_of(tracer, pid);
        if (WIFSTOPPED(status)) {
            stopped(tracer, tracee, status);
            continue;
        }
        if (tracee == tracer->tracees)
            (void)fprintf(tracer->report, "end %d\n", status);
        tracee->pid = 0; /* the number may come again */
    }
}

int main(int argc, char **argv)
{
    struct tracer tracer = {0};
    if (argc < 7 || !fault_parse(argv[5], &tracer.fault)) {
        (void)fprintf(stderr, "Usage: inject FD PROCESS NUMBER NTH FAULT COMMAND ARGUMENT...\n");
        return 125;
    }
    tracer.fd = (int)strtol(argv[1], NULL, 10);
    tracer.fault.process = strtoul(argv[2], NULL, 10);
    tracer.fault.number = strtoull(argv[3], NULL, 10);
    tracer.fault.nth = (unsigned)strtoul(argv[4], NULL, 10);
    tracer.report = fdopen(tracer.fd, "w");
    if (!tracer.report || fcntl(tracer.fd, F_SETFD, FD_CLOEXEC) < 0)
        die("report");
    pid_t pid = start(&tracer.fault, argv + 6);
    (void)tracee_of(&tracer, pid);
    run(&tracer);
    return fclose(tracer.report) == 0 ? 0 : 125;
}
