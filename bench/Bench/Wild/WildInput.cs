using System.Text.Json;
using Cim.Compiler.Ort;
using Cim.Runtime;
using Cim.Runtime.Tensors;

namespace Cim.Bench.Wild;

/// <summary>An input of a network as <c>cim inspect</c> describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">The type it is computed with.</param>
/// <param name="Shape">Dimensions; -1 for the batch.</param>
internal sealed record WildInput(string Name, ElementType Type, int[] Shape)
{
    public static WildInput Of(JsonElement input) => new(
        input.GetProperty("name").GetString()!, Enum.Parse<ElementType>(input.GetProperty("type").GetString()!),
        [.. input.GetProperty("shape").EnumerateArray().Select(d => d.ValueKind == JsonValueKind.Number ? d.GetInt32() : -1)]);

    /// <summary>The dimensions of one sample in a data file.</summary>
    /// <param name="inputs">All inputs: whether samples lie along the first dimension depends on the others, too.</param>
    public int[] SampleDims(IReadOnlyList<WildInput> inputs) =>
        [.. GraphInput.Of(Shapes(inputs)).Ports.First(p => p.Name == Name).SampleDims];

    /// <summary>The samples that every run has: a fixed batch; 1 where the batch is free or a run is one sample.</summary>
    /// <param name="inputs">All inputs.</param>
    public static int FixedRows(IReadOnlyList<WildInput> inputs) =>
        inputs.Count == 0 ? 1 : Math.Max(1, GraphInput.Of(Shapes(inputs)).FixedBatch);

    private static IEnumerable<(string Name, ElementType Type, Shape Shape)> Shapes(IReadOnlyList<WildInput> inputs) =>
        inputs.Select(i => (i.Name, i.Type, new Shape(i.Shape)));
}
