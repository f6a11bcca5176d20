using System.Collections.Immutable;

namespace Cim.Compiler.Sensitivity;

/// <summary>What quantizing one layer's weights does, estimated from derivatives and measured.</summary>
internal sealed record LayerSensitivity
{
    /// <summary>The layer.</summary>
    public required string Name { get; init; }

    /// <summary>The number of weights.</summary>
    public required int Weights { get; init; }

    /// <summary>Hutchinson's estimate.</summary>
    public required double HessianTrace { get; init; }

    /// <summary>Of the empirical Fisher matrix.</summary>
    public required double FisherTrace { get; init; }

    /// <summary>Sum of |gradient * weight|.</summary>
    public required double GradientTimesWeight { get; init; }

    /// <summary>trace / weights * |w|^2 / 2 (HAP, arXiv 2101.08940, as used by arXiv 2512.19445).</summary>
    public required double Hap { get; init; }

    /// <summary>By weight bits.</summary>
    public required ImmutableArray<WidthSensitivity> Widths { get; init; }

    /// <summary>Hessian trace / weights * |w|^2 / 2 of each output channel.</summary>
    public required ImmutableArray<double> Channels { get; init; }

    /// <summary>The same of each strip: the weights of one output channel at one kernel position, [channel, position].</summary>
    public required ImmutableArray<double> Strips { get; init; }
}

/// <summary>One width of one layer.</summary>
/// <param name="Bits">Weight bits.</param>
/// <param name="Divergence">Measured: Kullback-Leibler divergence of the outputs, this layer alone quantized.</param>
/// <param name="LossPoints">Measured: percentage points of accuracy estimated to be lost.</param>
/// <param name="Hessian">Estimated: trace / weights * |change of the weights|^2 / 2.</param>
/// <param name="Fisher">The same with the Fisher matrix.</param>
/// <param name="GradientTimesWeight">Estimated: sum of |gradient * change of the weight|.</param>
internal sealed record WidthSensitivity(
    int Bits, double Divergence, double LossPoints, double Hessian, double Fisher, double GradientTimesWeight);

/// <summary>How well an estimate orders layers and widths as the measurements do.</summary>
/// <param name="Proxy">The estimate.</param>
/// <param name="WithDivergence">Spearman's rank correlation with the measured divergence.</param>
/// <param name="WithLoss">With the measured loss of accuracy.</param>
internal sealed record ProxyQuality(string Proxy, double WithDivergence, double WithLoss);

/// <summary>The sensitivities of a network.</summary>
/// <param name="Samples">Samples behind the derivatives.</param>
/// <param name="Probes">Random vectors behind the Hessian.</param>
/// <param name="Layers">In the network's order.</param>
/// <param name="Proxies">Best first.</param>
internal sealed record SensitivityReport(
    int Samples, int Probes, ImmutableArray<LayerSensitivity> Layers, ImmutableArray<ProxyQuality> Proxies)
{
    /// <summary>Layers there was no time for.</summary>
    public int LayersLeftOut { get; init; }

    /// <summary>The estimate that agrees best with the measured loss; the measured divergence takes part.</summary>
    public string Best => Proxies[0].Proxy;
}
