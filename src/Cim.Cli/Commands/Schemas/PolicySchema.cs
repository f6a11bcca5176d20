using System.Text.Json.Nodes;
using Cim.Compiler.Precision;

namespace Cim.Cli.Commands.Schemas;

/// <summary>The JSON schema of a policy: a list of layers or of pairs of bits, or an object with it.</summary>
internal static class PolicySchema
{
    private const int MostAdcBits = 16, MostRows = 16384;

    public static JsonObject Create() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["title"] = "Precision policy (--policy)",
        ["anyOf"] = new JsonArray(
            new JsonObject { ["$ref"] = "#/$defs/policy" },
            new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["policy"] = new JsonObject { ["$ref"] = "#/$defs/policy" } },
                ["required"] = new JsonArray("policy"),
                // What 'cim compile --json' prints and a lock file have much else beside it.
                ["if"] = new JsonObject { ["not"] = new JsonObject { ["anyOf"] = new JsonArray(Has("schema"), Has("inputs")) } },
                ["then"] = new JsonObject
                {
                    ["properties"] = new JsonObject { ["$schema"] = true, ["policy"] = true }, ["additionalProperties"] = false,
                },
            }),
        ["$defs"] = new JsonObject
        {
            ["policy"] = new JsonObject
            {
                ["anyOf"] = new JsonArray(
                    List(new JsonObject { ["$ref"] = "#/$defs/layer" }),
                    List(new JsonObject
                    {
                        ["type"] = "array", ["description"] = "Weight and activation bits of a layer, in the order of the network.",
                        ["prefixItems"] = new JsonArray(WeightBits(), ActivationBits()), ["minItems"] = 2, ["maxItems"] = 2,
                    })),
            },
            ["layer"] = Layer(),
        },
    };

    private static JsonObject Layer() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["name"] = new JsonObject { ["type"] = "string", ["description"] = "The node's name; cim inspect lists them." },
            ["weightBits"] = WeightBits(),
            ["activationBits"] = ActivationBits(),
            ["adcBits"] = Bits(0, MostAdcBits, "Bits of conversions; 0 = those of the hardware."),
            ["strips"] = Text("A digit a strip, row tiles separated by '/'."),
            ["merge"] = Text("'exact', or which strips share columns."),
            ["columnGroups"] = Text("bits[slices]/rows:outputs, groups separated by ';'."),
            ["sliceBits"] = new JsonObject
            {
                ["type"] = new JsonArray("array", "null"), ["description"] = "Bits of the weight slices, least significant first.",
                ["items"] = new JsonObject { ["type"] = "integer", ["minimum"] = 1, ["maximum"] = QuantizationPolicy.MaxBits },
                ["minItems"] = 1,
            },
            ["rowsPerTile"] = Bits(0, MostRows, "Word lines used in each array; 0 = all."),
        },
        ["required"] = new JsonArray("name"),
        ["additionalProperties"] = false,
    };

    private static JsonObject WeightBits() =>
        Bits(QuantizationPolicy.MinWeightBits, QuantizationPolicy.MaxBits, "Bits of the weights; 1 = binary, 2 = ternary.");

    private static JsonObject ActivationBits() =>
        Bits(QuantizationPolicy.MinBits, QuantizationPolicy.MaxBits, "Bits of the layer's inputs.");

    private static JsonObject Bits(int low, int high, string description) => new()
    {
        ["type"] = new JsonArray("integer", "null"), ["minimum"] = low, ["maximum"] = high, ["description"] = description,
    };

    private static JsonObject Text(string description) =>
        new() { ["type"] = new JsonArray("string", "null"), ["description"] = description };

    private static JsonObject List(JsonObject items) => new() { ["type"] = "array", ["items"] = items };

    private static JsonObject Has(string key) => new() { ["required"] = new JsonArray(key) };
}
