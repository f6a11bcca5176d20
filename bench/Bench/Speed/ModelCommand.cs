using System.CommandLine;
using Cim.Bench.Common;

namespace Cim.Bench.Speed;

/// <summary><c>bench speed model M.cim</c>: the same for a compiled model of one's own.</summary>
internal sealed class ModelCommand : ComparisonCommand
{
    private readonly Argument<string> _model = new("model") { Description = "The compiled model (.cim)." };
    private readonly Option<string> _float;
    private readonly Option<string> _quantized;

    public ModelCommand()
        : base("model", "Compares all fidelities of a compiled model with ONNX Runtime.")
    {
        Arguments.Add(_model);
        _float = Add("--float", "", "The float network (.onnx) for ONNX Runtime.");
        _quantized = Add("--int8", "", "The quantized network that `cim compile --export-qdq` wrote, for ONNX Runtime.");
    }

    protected override Task RunAsync(ParseResult parsed, BenchRun run, CancellationToken cancellation)
    {
        string model = Path.GetFullPath(BenchException.RequireFile(parsed.GetRequiredValue(_model), "Name a compiled model."));
        var models = new ComparedModels(model, Optional(parsed.GetValue(_float)), Optional(parsed.GetValue(_quantized)));
        new SpeedComparison(Read(parsed), models).Run(run, Path.GetFileNameWithoutExtension(model));
        return Task.CompletedTask;
    }

    private static string? Optional(string? path) =>
        string.IsNullOrEmpty(path) ? null : BenchException.RequireFile(path, "Name an ONNX model, or leave the option out.");
}
