using System.Text;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Reporting;
using Cim.Compiler.Tests.Data;
using Cim.Compiler.Tests.Support;
using Xunit;

namespace Cim.Compiler.Tests.Stages;

/// <summary>Bits of the first and the last layer, which hold for what a policy file does not name.</summary>
public sealed class LockStageEdgeTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _layers = ["Conv_2", "Conv_5", "Conv_9"];

    public LockStageEdgeTests()
    {
        // Two convolutions read the input, a third their sum.
        var net = new OnnxModelBuilder();
        string x = net.Input("x", 1, 2, 5, 5), sum = net.Add(net.Conv(x, 2, 3, 3), net.Conv(x, 2, 3, 3));
        File.WriteAllBytes(_folder.At("net.onnx"), net.Build(net.Conv(sum, 3, 2, 1), 1, 2, 5, 5));
    }

    public void Dispose() => _folder.Dispose();

    private CompileOptions Options(string? policy = null) => new()
    {
        ModelPath = _folder.At("net.onnx"), OutputPath = _folder.At("net.cim"), WeightBits = 4, ActivationBits = 4, EdgeBits = 8,
        PolicyPath = policy is null ? null : _folder.Write("policy.json", Encoding.UTF8.GetBytes(policy)),
    };

    private static string Named(params string[] layers) =>
        $"[{string.Join(", ", layers.Select(l => $$"""{ "name": "{{l}}", "weightBits": 5, "activationBits": 6 }"""))}]";

    private static (int Weights, int Inputs)[] Bits(CompileResult result) =>
        [.. result.Report.Layers.Select((LayerReport l) => (l.WeightBits, l.ActivationBits))];

    [Fact]
    public void Of_two_convolutions_on_one_input_the_first_is_an_edge_and_both_read_the_inputs_of_an_edge() =>
        Assert.Equal([(8, 8), (4, 8), (8, 8)], Bits(CompilePipeline.Compile(Options())));

    [Fact]
    public void Edges_that_a_policy_does_not_name_have_the_bits_of_edges_without_a_warning()
    {
        CompileResult between = CompilePipeline.Compile(Options(Named(_layers[1]))),
            last = CompilePipeline.Compile(Options(Named(_layers[0], _layers[1])));
        Assert.Equal([(8, 8), (5, 8), (8, 8)], Bits(between));
        Assert.Equal([(5, 6), (5, 6), (8, 8)], Bits(last));
        Assert.DoesNotContain([.. between.Warnings, .. last.Warnings], w => w.Code == "CIM3021");
    }

    [Fact]
    public void A_policy_that_names_both_edges_leaves_nothing_to_the_bits_of_edges()
    {
        CompileResult result = CompilePipeline.Compile(Options(Named(_layers)));
        Assert.Equal([(5, 6), (5, 6), (5, 6)], Bits(result));
        Assert.Contains("--edge-bits has no effect", Assert.Single(result.Warnings, w => w.Code == "CIM3021").Text.ToString(),
            StringComparison.Ordinal);
    }
}
