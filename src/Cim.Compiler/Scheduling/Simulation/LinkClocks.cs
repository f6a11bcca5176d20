using System.Collections.Immutable;
using Cim.Compiler.Scheduling.Placement;

namespace Cim.Compiler.Scheduling.Simulation;

/// <summary>
/// The links of a chip over time. A link carries the share of one row after that of another, in the order in which rows are made; a row
/// passes all links of its way at once, word after word, and is there when the last of them has carried its share.
/// </summary>
/// <param name="flows">What moves.</param>
/// <param name="links">How many links there are.</param>
internal sealed class LinkClocks(ChipFlows flows, int links)
{
    private readonly double[] _free = new double[links];

    /// <summary>Sends a row to everyone who reads it.</summary>
    /// <param name="stage">Whose row it is.</param>
    /// <param name="now">When it was made.</param>
    /// <param name="arrivals">By flow: when it is there; the last one: on its own cores.</param>
    public void Send(int stage, double now, Span<double> arrivals)
    {
        double gathered = flows.Gathers[stage] is { } gather ? Pass(gather, now) : now;
        ImmutableArray<RowFlow> own = flows.Of[stage];
        for (int f = 0; f < own.Length; f++) arrivals[f] = Math.Max(gathered, Pass(own[f], now));
        arrivals[own.Length] = gathered;
    }

    private double Pass(RowFlow flow, double now)
    {
        double there = now;
        foreach (LinkLoad load in flow.Links) there = Math.Max(there, _free[load.Link] = Math.Max(_free[load.Link], now) + load.Ns);
        return there + flow.LatencyNs;
    }
}
