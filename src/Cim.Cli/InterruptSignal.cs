using System.Runtime.InteropServices;
using Cim.Cli.Invocation;

namespace Cim.Cli;

/// <summary>
/// Turns the first Ctrl-C (or SIGTERM) into a cancelled token, so that commands can put away what they were writing;
/// a second one ends the process at once, and so does the first where a command is in the middle of a long computation that does not look
/// at the token. What it writes then is under a temporary name still, so no file is half of one.
/// </summary>
internal sealed partial class InterruptSignal : IDisposable
{
    /// <summary>How long commands may take to end that leave nothing of what they have not completed.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    private readonly CancellationTokenSource _source = new();
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;
    private readonly Action<int> _end;
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private ITimer? _limit;

    /// <summary>Listens to signals of this process.</summary>
    /// <param name="patience">Time for the command to end; infinite for one that completes what it has.</param>
    public InterruptSignal(TimeSpan patience)
        : this(patience, TimeProvider.System, End)
    {
    }

    /// <param name="patience">Time for the command to end.</param>
    /// <param name="clock">Measures it.</param>
    /// <param name="end">Ends the process with an exit code.</param>
    public InterruptSignal(TimeSpan patience, TimeProvider clock, Action<int> end)
    {
        (_patience, _clock, _end) = (patience, clock, end);
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Handle);
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Handle);
    }

    public CancellationToken Token => _source.Token;

    public void Dispose()
    {
        _limit?.Dispose();
        _interrupt.Dispose();
        _terminate.Dispose();
        _source.Dispose();
    }

    /// <summary>What a signal does.</summary>
    public void Handle(PosixSignalContext context)
    {
        if (_source.IsCancellationRequested) return; // Not cancelled here: the default action ends the process.
        context.Cancel = true;
        _limit = _clock.CreateTimer(_ => _end(ExitCode.Cancelled), null, _patience, Timeout.InfiniteTimeSpan);
        _source.Cancel();
    }

    // Without the clean-up of an ordinary exit: native code is still computing with what that would free.
    private static void End(int exitCode)
    {
        if (OperatingSystem.IsWindows()) Environment.Exit(exitCode);
        else ExitAtOnce(exitCode);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static partial void ExitAtOnce(int exitCode);
}
