/* SPDX-License-Identifier: LGPL-2.1-or-later */

/*
 * What a terminal interrupts is its foreground group. The command stays in it; companions get
 * groups of their own, so that the server still answers while the command says goodbye.
 */

#include "config.h"

#include "lab/process.h"

#include "lab/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* As shells have it. */
#define EXIT_CANNOT_EXECUTE 126
#define EXIT_NOT_FOUND 127

static void
step_back(void)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

    setpgid(0, 0);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    /* Standard output is the command's, and may be read by a machine. */
    dup2(STDERR_FILENO, STDOUT_FILENO);
}

pid_t
np_lab_process_start(const NpLabNetwork *network, const NpLabProgram *program)
{
    sigset_t signals;
    pid_t pid = fork();

    if (pid != 0)
        return pid;
    np_lab_sandbox_signals(&signals);
    sigprocmask(SIG_UNBLOCK, &signals, NULL);
    if (!program->foreground)
        step_back();
    if (np_lab_network_enter(network, program->node))
        np_lab_process_become(program->argv, program->environment);
    fprintf(stderr, "natlab: %s: %s\n", program->argv[0], strerror(errno));
    _exit(EXIT_CANNOT_EXECUTE);
}

void
np_lab_process_become(const char *const *argv, char **environment)
{
    execvpe(argv[0], (char *const *)argv, environment);
    fprintf(stderr, "natlab: %s: %s\n", argv[0], strerror(errno));
    _exit(errno == ENOENT ? EXIT_NOT_FOUND : EXIT_CANNOT_EXECUTE);
}
