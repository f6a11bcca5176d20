using System.Collections.Immutable;
using System.Text.Json;
using Cim.Cli.Invocation;
using Cim.Compiler.Variation;

namespace Cim.Cli.Commands;

/// <summary>What variation-aware quantization chose, as JSON.</summary>
internal static class VariationOutput
{
    /// <summary>Writes the property <c>variation</c>; nothing if there is nothing to say.</summary>
    public static void Write(Utf8JsonWriter json, ImmutableArray<LayerAlignment> layers)
    {
        if (layers.IsEmpty) return;
        json.WriteStartArray("variation");
        foreach (LayerAlignment layer in layers)
        {
            json.WriteStartObject();
            json.WriteString("name", layer.Name);
            if (layer.OutputBits is { } bits) json.WriteNumber("outputBits", bits);
            else json.WriteNull("outputBits");
            json.WriteNumber("droppedWeightBits", layer.DroppedWeightBits);
            json.WriteBoolean("aligned", layer.IsAligned);
            json.WriteFinite("harmless", layer.Errors.Harmless);
            json.WriteFinite("equal", 1 - layer.Errors.Wrong);
            json.WriteFinite("withinOne", 1 - layer.Errors.BeyondOne);
            json.WriteFinite("noise", layer.Errors.Noise);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
