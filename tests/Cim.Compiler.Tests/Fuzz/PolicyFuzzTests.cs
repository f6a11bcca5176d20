using System.Collections.Immutable;
using System.Text;
using Cim.Compiler.Locking;
using Cim.Compiler.Pipeline;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Data;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Fuzz;

/// <summary>Files of precisions: policies and locks.</summary>
public sealed class PolicyFuzzTests(ITestOutputHelper output)
{
    private const string Policy = """
        { "policy": [ { "name": "conv1", "weightBits": 4, "activationBits": 8, "adcBits": 6 },
          { "name": "fc", "weightBits": 2, "activationBits": 4, "adcBits": 0, "strips": "88/44", "merge": "exact" },
          { "name": "c", "weightBits": 8, "columnGroups": "4[2,2]/128:0", "sliceBits": [2, 2, 4], "rowsPerTile": 64 } ] }
        """;

    private static readonly QuantizationPolicy _defaults = QuantizationPolicy.Uniform(["conv1", "fc", "c"], 8, 8);

    private static readonly PolicyLayers _layers = new(
        _defaults, [new LayerShape("conv1", 1, 9, 4, 1), new LayerShape("fc", 1, 200, 2, 1), new LayerShape("c", 1, 128, 1, 1)], 128);

    [Fact]
    public void Any_text_is_a_policy_or_an_error()
    {
        using var folder = new TemporaryFolder();
        string path = folder.At("policy.json");
        new FuzzRun("policy", output).Run(JsonDamage.Of(Policy, Policy[(Policy.IndexOf('['))..(Policy.LastIndexOf(']') + 1)]), bytes =>
        {
            File.WriteAllBytes(path, bytes);
            QuantizationPolicy read = PolicyJson.Load(path, _layers);
            Assert.Equal(_defaults.Layers.Select(l => l.Name), read.Layers.Select(l => l.Name));
            Assert.All(
                read.Layers, l => Assert.True(l is { WeightBits: >= 1 and <= 8, ActivationBits: >= 2 and <= 8, AdcBits: >= 0 and <= 16 }));
        }, Encoding.UTF8.GetString);
    }

    [Fact]
    public void Any_text_is_a_lock_of_these_inputs_or_an_error()
    {
        using var folder = new TemporaryFolder();
        var options = new CompileOptions { ModelPath = folder.Write("net.onnx", [1, 2, 3]), LockPath = folder.At("net.lock.json") };
        HardwareProfile isaac = HardwareProfiles.BuiltIn("isaac");
        var result = new LockResult("0.1.0", new string('a', 64), ImmutableSortedDictionary<string, string>.Empty.Add("fc", "ab"),
            new FloatScore(9, 10, 0), new PinnedNetwork(new string('b', 64), new byte[] { 1, 2, 3 }));
        CompileLock.Open(options, isaac, _layers).Write(options.LockPath, _defaults, result, []);
        string text = File.ReadAllText(options.LockPath);
        new FuzzRun("lock", output).Run(JsonDamage.Of(text), bytes =>
        {
            File.WriteAllBytes(options.LockPath, bytes);
            CompileLock read = CompileLock.Open(options, isaac, _layers);
            Assert.Equal(_defaults.Layers.Length, read.Policy!.Layers.Length);
        }, Encoding.UTF8.GetString);
    }
}
