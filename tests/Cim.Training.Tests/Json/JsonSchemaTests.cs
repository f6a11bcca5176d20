using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Cim.Runtime;
using Cim.Training.Json;
using Xunit;

namespace Cim.Training.Tests.Json;

/// <summary>A box of named weights, for the check of JSON against types.</summary>
internal sealed record Box(string Name, IReadOnlyDictionary<string, double> Weights)
{
    public int Count { get; set; } = 3;

    [DisallowNull]
    public Box? Inner { get; init; }

    public JsonElement Free { get; init; }
}

[JsonSerializable(typeof(Box))]
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true,
    Converters = [typeof(WholeInt)])]
internal sealed partial class BoxJson : JsonSerializerContext;

public sealed class JsonSchemaTests
{
    private static readonly JsonWording _wording = new("CIM0000", "the box", "a box", "box key");

    [Fact]
    public void What_fits_is_read_and_what_is_left_out_keeps_its_default()
    {
        Box box = Read("""{ "name": "a", "weights": { "x": 1e-3, "y": 2 }, "inner": { "name": "b", "weights": {}, "count": 4.0 } }""");
        Assert.Equal(("a", 3, 1e-3, 2), (box.Name, box.Count, box.Weights["x"], box.Weights["y"]));
        Assert.Equal(("b", 4), (box.Inner!.Name, box.Inner.Count));
    }

    [Theory]
    [InlineData("""{ "weights": {} }""", 1, "box key 'name' is missing")]
    [InlineData("{ \"name\": \"a\", \"weights\": {},\n \"cuont\": 4 }", 2, "box key 'cuont' does not exist")]
    [InlineData("{ \"name\": \"a\",\n \"weights\": { \"x\": 1,\n \"x\": 2 } }", 3, "box key 'weights.x' stands there twice")]
    [InlineData("{ \"name\": \"a\",\n \"weights\": { \"x\": \"1\" } }", 2, "box key 'weights.x' must be a number that is not infinite")]
    [InlineData("{ \"name\": \"a\", \"weights\": {\n \"x\": 1e999 } }", 2, "box key 'weights.x' must be a number that is not infinite")]
    [InlineData("{ \"name\": \"a\", \"weights\": [] }", 1, "box key 'weights' must be an object")]
    [InlineData("{ \"name\": \"a\", \"weights\": {},\n\n \"inner\": null }", 3, "box key 'inner' is null")]
    [InlineData("{ \"name\": \"a\", \"weights\": {}, \"inner\": {\n \"nam\": \"b\" } }", 2, "box key 'inner.nam' does not exist")]
    [InlineData("[]", 1, "the box must be an object, { ... }, of name, weights")]
    public void What_does_not_is_an_error_that_names_key_and_line(string text, int line, string message)
    {
        CimException error = Assert.Throws<CimException>(() => Read(text));
        Assert.Equal(("CIM0000", "box.json", line), (error.Code, error.File, error.Line));
        Assert.StartsWith(message, error.Message, StringComparison.Ordinal);
    }

    /// <summary>Whoever reads such a value checks it.</summary>
    [Theory]
    [InlineData("{ \"a\": [1, { \"b\": null }] }")]
    [InlineData("[[], {}]")]
    [InlineData("7")]
    public void A_value_of_any_form_is_passed_on(string free) =>
        Assert.Equal(free, Read($$"""{ "name": "a", "weights": {}, "free": {{free}} }""").Free.GetRawText());

    private static Box Read(string text) => new JsonSchema(_wording, "box.json").Read(text, BoxJson.Default.Box);
}
