using Cim.Cli.Commands.Compile;
using Cim.Cli.Invocation;

namespace Cim.Cli.Commands.Documents;

/// <summary>What a study of <c>cim compile</c> prints with <c>--json</c>.</summary>
internal sealed class CompileStudyDocument(
    IReadOnlyList<CompileAxis> axes, IReadOnlyList<CompileVariant> variants, IReadOnlyList<CompileDesign> designs, CompileDesign? best)
    : JsonResult
{
    public IEnumerable<AxisDocument> Parameters => axes.Select(a => new AxisDocument(a.Name, a.Values));
    public IEnumerable<CompileDesignDocument> Designs =>
        designs.Select((design, i) => new CompileDesignDocument(axes, variants[i], design, ReferenceEquals(design, best)));
}

/// <summary>A compilation.</summary>
internal sealed class CompileDesignDocument(IReadOnlyList<CompileAxis> axes, CompileVariant variant, CompileDesign design, bool isBest)
{
    public IReadOnlyDictionary<string, string> Choices => axes.Zip(variant.Choices).ToDictionary(p => p.First.Name, p => p.Second);
    public bool Best => isBest;
    public double? LossPoints => design.LossPoints;
    public CompileDesign Result => design;
}
