using Cim.Compiler.Precision;
using Cim.Compiler.Search.Persistence;
using Xunit;

namespace Cim.Compiler.Tests.Search.Persistence;

/// <summary>A policy in a file of its own.</summary>
public sealed class PolicyFileTests
{
    [Fact]
    public void It_is_read_as_it_was_written_and_ends_with_a_line()
    {
        string path = Path.Combine(Directory.CreateTempSubdirectory("cim-policy").FullName, "policy.json");
        var policy = new QuantizationPolicy([new LayerPrecision("conv1", 4, 8, 0), new LayerPrecision("conv2", 2, 3, 5)]);
        PolicyFile.Write(policy, path);
        PolicyLayers layers = new(QuantizationPolicy.Uniform(["conv1", "conv2"], 8, 8), [], 128);
        Assert.Equal(policy.Layers.AsEnumerable(), PolicyJson.Load(path, layers).Layers.AsEnumerable());
        Assert.EndsWith("}\n", File.ReadAllText(path), StringComparison.Ordinal);
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }
}
