using System.Collections.Immutable;
using Cim.Compiler.Lowering;
using Cim.Compiler.Mapping;
using Cim.Compiler.Precision;
using Cim.Compiler.Tests.Support;
using Cim.Runtime;
using Cim.Runtime.Costs;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Profiles;
using Cim.Runtime.Mapping;
using Xunit;

namespace Cim.Compiler.Tests.Precision;

/// <summary>Policies without names of layers. Those here are of github.com/jmkle/cim-aq (MIT), results/*.npy.</summary>
public sealed class PolicyByPositionTests
{
    private const string Published = """
        {
          "_meta": "remarks",
          "policies": {
            "resnet18":
              [[8, 8], [8, 4], [8, 3], [8, 5], [8, 5], [4, 3], [8, 3], [4, 4], [4, 4], [4, 3], [4, 4], [4, 4], [4,
              4], [4, 4], [4, 5], [4, 4], [4, 7], [4, 4], [4, 6], [4, 4], [8, 8]],
            "vgg16":
              [[8, 8], [4, 7], [4, 6], [4, 3], [4, 5], [4, 4], [4, 4], [4, 6], [4, 4], [4, 2], [4, 6], [4, 3], [4,
              7], [8, 8], [4, 7], [8, 8]]
          }
        }
        """;

    [Theory]
    [InlineData("resnet18", 2.374)]
    [InlineData("vgg16", 2.482)]
    public void A_published_policy_is_as_much_faster_than_8_bits_as_published(string network, double speedUp)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn("cim-aq-4b");
        ImmutableArray<LayerShape> shapes = PublishedNetworks.Shapes(network, profile);
        QuantizationPolicy eight = QuantizationPolicy.Uniform(shapes.Select(s => s.Name), 8, 8);
        QuantizationPolicy policy = Load(Published).Single(p => p.Name == network).For(eight)!;
        Assert.Equal(speedUp, Math.Round(Latency(eight) / Latency(policy), 3));

        double Latency(QuantizationPolicy p) =>
            CostModel.Total(Replication.Apply(shapes, new LayerLowering(p, profile).CostOf, profile, 0), profile).LatencyNs;
    }

    [Fact]
    public void A_policy_of_another_number_of_layers_is_for_no_layer() => Assert.Null(
        Load(Published)[0].For(QuantizationPolicy.Uniform(["a", "b"], 8, 8)));

    [Fact]
    public void Pairs_alone_are_a_policy_file()
    {
        QuantizationPolicy two = QuantizationPolicy.Uniform(["a", "b"], 8, 8);
        QuantizationPolicy read = Read("""{ "policy": [[4, 5], [2, 8]] }""", two);
        Assert.Equal([("a", 4, 5), ("b", 2, 8)], read.Layers.Select(l => (l.Name, l.WeightBits, l.ActivationBits)));
        CimException error = Assert.Throws<CimException>(() => Read("[[4, 5]]", two));
        Assert.Contains("has 1 layers, the model 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "policies": { "a": [[9, 8]] } }""", "Layer 1 of the policy 'a'")]
    [InlineData("""{ "policies": { "a": [[8, 1]] } }""", "Layer 1 of the policy 'a'")]
    [InlineData("""{ "policies": { "a": [[8, 8], 3] } }""", "Layer 2 of the policy 'a'")]
    [InlineData("""{ "policies": { "a": [] } }""", "the policy 'a' must be a list")]
    [InlineData("""{ "policies": { }, "more": 1 }""", "more")]
    [InlineData("[]", "an object 'policies'")]
    public void What_is_no_list_of_policies_is_refused_with_its_place(string text, string message)
    {
        CimException error = Assert.Throws<CimException>(() => Load(text));
        Assert.Equal(ErrorCodes.InvalidPolicy, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    private static ImmutableArray<PolicyByPosition> Load(string text) => InFile(text, PolicyByPosition.LoadAll);

    private static QuantizationPolicy Read(string text, QuantizationPolicy layers) =>
        InFile(text, path => PolicyJson.Load(path, new PolicyLayers(layers, [], 128)));

    private static T InFile<T>(string text, Func<string, T> read)
    {
        string path = Path.Combine(Path.GetTempPath(), $"policies-{Guid.NewGuid():N}.json");
        try
        {
            File.WriteAllText(path, text);
            return read(path);
        }
        finally
        {
            File.Delete(path);
        }
    }
}
