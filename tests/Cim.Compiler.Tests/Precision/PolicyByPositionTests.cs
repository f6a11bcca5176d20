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
    [Theory]
    [InlineData("resnet18-both_constraints-acc01-rcell2", "resnet18", "cim-aq-2b", 1.66)]
    [InlineData("resnet18-both_constraints-acc05-rcell2", "resnet18", "cim-aq-2b", 2.032)]
    [InlineData("resnet18-both_constraints-acc10-rcell2", "resnet18", "cim-aq-2b", 2.26)]
    [InlineData("resnet18-both_constraints-acc01-rcell4", "resnet18", "cim-aq-4b", 1.509)]
    [InlineData("resnet18-both_constraints-acc05-rcell4", "resnet18", "cim-aq-4b", 2.374)]
    [InlineData("resnet18-both_constraints-acc10-rcell4", "resnet18", "cim-aq-4b", 2.703)]
    [InlineData("vgg16-both_constraints-acc05-rcell4", "vgg16", "cim-aq-4b", 2.482)]
    public void A_published_policy_is_as_much_faster_than_8_bits_as_published(
        string name, string network, string hardware, double speedUp) =>
        Assert.Equal(speedUp, Math.Round(SpeedUp(name, network, hardware), 3));

    [Fact]
    public void Every_published_policy_of_a_convolutional_network_is_for_its_layers_and_faster_than_8_bits()
    {
        // The one of a vision transformer has entries for products of two activations, too, which have no bits of their own here.
        PolicyByPosition[] convolutional = [
            .. Load(PublishedPolicies.Json).Where(p => !p.Name.StartsWith("vit", StringComparison.Ordinal))];
        Assert.Equal(13, convolutional.Length);
        Assert.All(convolutional, p => Assert.InRange(
            SpeedUp(p.Name, p.Name.Split('-')[0], p.Name.EndsWith('2') ? "cim-aq-2b" : "cim-aq-4b"), 1.1, 3));
    }

    private static double SpeedUp(string name, string network, string hardware)
    {
        HardwareProfile profile = HardwareProfiles.BuiltIn(hardware);
        ImmutableArray<LayerShape> shapes = PublishedNetworks.Shapes(network, profile);
        QuantizationPolicy eight = QuantizationPolicy.Uniform(shapes.Select(s => s.Name), 8, 8);
        QuantizationPolicy policy = Load(PublishedPolicies.Json).Single(p => p.Name == name).For(eight)!;
        return Latency(eight) / Latency(policy);

        double Latency(QuantizationPolicy p) =>
            CostModel.Total(Replication.Apply(shapes, new LayerLowering(p, profile).CostOf, profile, 0), profile).LatencyNs;
    }

    [Fact]
    public void A_policy_of_another_number_of_layers_is_for_no_layer() => Assert.Null(
        Load(PublishedPolicies.Json)[0].For(QuantizationPolicy.Uniform(["a", "b"], 8, 8)));

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
