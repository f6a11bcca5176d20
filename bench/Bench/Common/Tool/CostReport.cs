namespace Cim.Bench.Common.Tool;

/// <summary>What <c>cim cost --json</c> reports, as far as it is measured here.</summary>
internal sealed record CostReport
{
    public required double LatencyNs { get; init; }

    public required double EnergyPj { get; init; }

    public required int Arrays { get; init; }

    public required long Cells { get; init; }

    public required LayerCost[] Layers { get; init; }
}

/// <summary>A layer of the report.</summary>
internal sealed record LayerCost(string Name);
