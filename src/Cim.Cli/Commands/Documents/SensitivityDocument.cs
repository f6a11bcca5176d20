using System.Text.Json.Serialization;
using Cim.Cli.Invocation;
using Cim.Compiler.Sensitivity;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim sensitivity --json</c> prints.</summary>
/// <param name="report">The report.</param>
/// <param name="detail">True for every output channel and strip as well.</param>
internal sealed class SensitivityDocument(SensitivityReport report, bool detail) : JsonResult
{
    public int Samples => report.Samples;
    public int Probes => report.Probes;
    public string Best => report.Best;
    public int LayersLeftOut => report.LayersLeftOut;
    public IEnumerable<ProxyDocument> Proxies => report.Proxies.Select(proxy => new ProxyDocument(proxy));
    public IEnumerable<LayerSensitivityDocument> Layers => report.Layers.Select(layer => new LayerSensitivityDocument(layer, detail));
}

/// <summary>How well an estimate orders layers and widths.</summary>
internal sealed class ProxyDocument(ProxyQuality proxy)
{
    public string Name => proxy.Proxy;
    public double RankCorrelationWithDivergence => proxy.WithDivergence;
    public double RankCorrelationWithLoss => proxy.WithLoss;
}

/// <summary>The sensitivity of a layer.</summary>
internal sealed class LayerSensitivityDocument(LayerSensitivity layer, bool detail)
{
    public string Name => layer.Name;
    public int Weights => layer.Weights;
    public double HessianTrace => layer.HessianTrace;
    public double FisherTrace => layer.FisherTrace;
    public double GradientTimesWeight => layer.GradientTimesWeight;
    public double Hap => layer.Hap;
    public IEnumerable<WidthSensitivity> Widths => layer.Widths;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<double>? Channels => detail ? layer.Channels : null;
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IEnumerable<double>? Strips => detail ? layer.Strips : null;
}
