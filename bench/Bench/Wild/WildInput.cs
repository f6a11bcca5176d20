using System.Text.Json;
using Cim.Runtime;

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

    /// <summary>The dimensions of one sample in a data file: those behind a leading batch, or all if each run is one sample.</summary>
    /// <param name="inputs">All inputs: where they lead with different sizes, none of these is a batch.</param>
    public int[] SampleDims(IReadOnlyList<WildInput> inputs) => [.. Shape.Skip(HasRows(inputs) ? 1 : 0).Select(Math.Abs)];

    /// <summary>The samples that every run has: a fixed batch; 1 where the batch is free or a run is one sample.</summary>
    /// <param name="inputs">All inputs.</param>
    public int FixedRows(IReadOnlyList<WildInput> inputs) => HasRows(inputs) ? Math.Max(1, Shape[0]) : 1;

    private bool HasRows(IReadOnlyList<WildInput> inputs) =>
        Shape.Length > 0 && (Shape[0] is -1 or 1 || inputs.All(i => i.Shape.Length > 0 && i.Shape[0] == Shape[0]));
}
