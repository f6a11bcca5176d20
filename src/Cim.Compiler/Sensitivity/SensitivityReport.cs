using System.Collections.Immutable;

namespace Cim.Compiler.Sensitivity;

/// <summary>What quantizing one layer's weights does, estimated from derivatives and measured.</summary>
/// <param name="Name">The layer.</param>
/// <param name="Weights">The number of weights.</param>
/// <param name="HessianTrace">Hutchinson's estimate.</param>
/// <param name="FisherTrace">Of the empirical Fisher matrix.</param>
/// <param name="GradientTimesWeight">Sum of |gradient * weight|.</param>
/// <param name="Hap">trace / weights * |w|^2 / 2 (HAP, arXiv 2101.08940, as used by arXiv 2512.19445).</param>
/// <param name="Widths">By weight bits.</param>
/// <param name="Channels">Hessian trace / weights * |w|^2 / 2 of each output channel.</param>
/// <param name="Strips">The same of each strip: the weights of one output channel at one place of the kernel, [channel, place].</param>
internal sealed record LayerSensitivity(
    string Name, int Weights, double HessianTrace, double FisherTrace, double GradientTimesWeight, double Hap,
    ImmutableArray<WidthSensitivity> Widths, ImmutableArray<double> Channels, ImmutableArray<double> Strips);

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
