using System.Runtime.InteropServices;
using Cim.Tests.Shared;

namespace Cim.Cli.Tests;

/// <summary>What Ctrl-C does, with a clock of the test's own and nothing that ends the process.</summary>
public sealed class InterruptSignalTests
{
    private readonly ManualClock _clock = new();
    private readonly List<int> _ended = [];

    [Fact]
    public void The_first_signal_cancels_and_lets_the_command_end_by_itself()
    {
        using var interrupt = new InterruptSignal(InterruptSignal.Patience, _clock, _ended.Add);
        var signal = new PosixSignalContext(PosixSignal.SIGINT);
        interrupt.Handle(signal);
        Assert.True(interrupt.Token.IsCancellationRequested);
        Assert.True(signal.Cancel); // the process is not ended by the signal itself
        _clock.Advance(1);
        Assert.Empty(_ended);
    }

    [Fact]
    public void A_command_that_does_not_end_is_ended_with_the_code_of_a_cancellation_within_two_seconds()
    {
        using var interrupt = new InterruptSignal(InterruptSignal.Patience, _clock, _ended.Add);
        interrupt.Handle(new PosixSignalContext(PosixSignal.SIGTERM));
        _clock.Advance(2);
        Assert.Equal([130], _ended);
    }

    [Fact]
    public void A_command_that_has_ended_is_not_ended_again()
    {
        using (var interrupt = new InterruptSignal(InterruptSignal.Patience, _clock, _ended.Add))
            interrupt.Handle(new PosixSignalContext(PosixSignal.SIGINT));
        _clock.Advance(10);
        Assert.Empty(_ended);
    }

    [Fact]
    public void A_command_that_completes_what_it_has_takes_the_time_it_needs()
    {
        using var interrupt = new InterruptSignal(Timeout.InfiniteTimeSpan, _clock, _ended.Add);
        interrupt.Handle(new PosixSignalContext(PosixSignal.SIGINT));
        _clock.Advance(100);
        Assert.Empty(_ended);
    }

    [Fact]
    public void The_second_signal_is_left_to_the_system()
    {
        using var interrupt = new InterruptSignal(InterruptSignal.Patience, _clock, _ended.Add);
        interrupt.Handle(new PosixSignalContext(PosixSignal.SIGINT));
        var second = new PosixSignalContext(PosixSignal.SIGINT);
        interrupt.Handle(second);
        Assert.False(second.Cancel);
    }
}
