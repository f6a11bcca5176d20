using Cim.Compiler.Messages;
using Cim.Compiler.Tests.Support;
using Cim.Tests.Shared;

namespace Cim.Compiler.Tests.Messages;

/// <summary>Progress while nothing reports any.</summary>
public sealed class HeartbeatTests
{
    private readonly ManualClock _clock = new();
    private readonly ProgressLines _lines = new();

    private Heartbeat Started()
    {
        var heartbeat = new Heartbeat(_lines, _clock);
        heartbeat.Start();
        return heartbeat;
    }

    [Fact]
    public void Work_that_reports_nothing_is_never_silent_for_much_more_than_a_second()
    {
        using Heartbeat heartbeat = Started();
        heartbeat.Announce("mapping");
        for (int half = 0; half < 120; half++)
        {
            int before = _lines.All.Count;
            _clock.Advance(1.5);
            Assert.True(_lines.All.Count > before, $"silent after {1.5 * half} s");
        }

        Assert.InRange(_lines.All.Count, 120, 181); // and not more than one a second
    }

    [Fact]
    public void A_silent_second_repeats_what_is_being_done_with_the_time_and_the_parts_that_are_done()
    {
        using Heartbeat heartbeat = Started();
        _clock.Advance(2);
        Assert.Empty(_lines.All); // nothing is being done yet
        heartbeat.Announce("mapping");
        heartbeat.At(2, 7);
        _clock.Advance(1.2);
        Assert.Equal("[   2.0 s] mapping", _lines.All[0]);
        Assert.EndsWith(" s] mapping: 2 of 7", _lines.All[1], StringComparison.Ordinal);
        heartbeat.Report("quantizing layer 1 of 3");
        _clock.Advance(1.2);
        Assert.Equal("quantizing layer 1 of 3", _lines.All[2]);
        Assert.EndsWith(" s] quantizing layer 1 of 3", _lines.All[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Lines_that_come_often_enough_are_passed_on_alone()
    {
        using Heartbeat heartbeat = Started();
        for (int i = 0; i < 20; i++)
        {
            heartbeat.Report($"layer {i}");
            _clock.Advance(0.9);
        }

        Assert.Equal(Enumerable.Range(0, 20).Select(i => $"layer {i}"), _lines.All);
    }

    [Fact]
    public void The_time_left_stands_beside_the_time_where_it_is_known()
    {
        string left = "";
        using var heartbeat = new Heartbeat(_lines, _clock, () => left);
        _clock.Advance(2);
        heartbeat.Announce("mapping");
        left = "about 40 s left";
        heartbeat.Announce("evaluating");
        Assert.Equal(["[   2.0 s] mapping", "[   2.0 s, about 40 s left] evaluating"], _lines.All);
    }

    [Fact]
    public void Parts_that_several_threads_count_never_go_back()
    {
        using Heartbeat heartbeat = Started();
        heartbeat.Announce("measuring");
        heartbeat.At(3, 9);
        heartbeat.At(2, 9);
        _clock.Advance(1.2);
        Assert.EndsWith("measuring: 3 of 9", _lines.All[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_repeated_after_the_end()
    {
        Heartbeat heartbeat = Started();
        heartbeat.Announce("writing");
        heartbeat.Dispose();
        _clock.Advance(10);
        Assert.Single(_lines.All);
    }
}
