using Cim.Cli.Commands.Compare;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What <c>cim compare --json</c> prints.</summary>
internal sealed class CompareDocument(Comparison comparison) : JsonResult
{
    public IEnumerable<ComparedText> Setup => comparison.Setup;
    public IEnumerable<ComparedFigureDocument> Figures => comparison.Figures.Select(f => new ComparedFigureDocument(f));
    public IEnumerable<ComparedLayerDocument> Layers => comparison.Layers.Select(l => new ComparedLayerDocument(l));
    public IEnumerable<string> OnlyInA => comparison.OnlyInA;
    public IEnumerable<string> OnlyInB => comparison.OnlyInB;
    public IEnumerable<string> WarningsOnlyInA => comparison.WarningsOnlyInA;
    public IEnumerable<string> WarningsOnlyInB => comparison.WarningsOnlyInB;
}

/// <summary>A figure of both.</summary>
internal sealed class ComparedFigureDocument(ComparedFigure figure)
{
    public string Name => figure.Name;
    public string Unit => figure.Unit;
    public double? A => figure.A;
    public double? B => figure.B;
    public double? Difference => figure.Difference;
    public double? Ratio => figure.Ratio;
}

/// <summary>A layer of both.</summary>
internal sealed class ComparedLayerDocument(ComparedLayer layer)
{
    public string Name => layer.Name;
    public string BitsA => layer.BitsA;
    public string BitsB => layer.BitsB;
    public bool Differs => layer.Differs;
    public IEnumerable<ComparedFigureDocument> Figures => layer.Figures.Select(f => new ComparedFigureDocument(f));
}
