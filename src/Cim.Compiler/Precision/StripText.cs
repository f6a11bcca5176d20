using System.Collections.Immutable;
using Cim.Runtime;
using Cim.Runtime.Mapping;

namespace Cim.Compiler.Precision;

/// <summary>
/// The widths of strips in a policy: one digit a strip, for each row tile the outputs in order, tiles separated by '/'.
/// </summary>
internal static class StripText
{
    /// <summary>Reads the digits.</summary>
    /// <param name="text">The digits.</param>
    /// <param name="shape">The layer.</param>
    /// <param name="arrayRows">Word lines of an array.</param>
    /// <exception cref="CimException">CIM0011: they are not those of this layer on these arrays.</exception>
    public static StripWidths Read(string text, LayerShape shape, int arrayRows)
    {
        string layer = shape.Name;
        if (shape.Groups != 1)
            throw Invalid($"Layer '{layer}' is a grouped convolution; its strips cannot differ in width. Remove 'strips' from its policy.");
        StripGrid grid = StripGrid.Of(shape, arrayRows);
        string[] tiles = text.Split('/');
        if (tiles.Length != grid.Tiles.Length || tiles.Any(t => t.Length != shape.ColumnsPerGroup))
            throw Invalid($"'strips' of layer '{layer}' has {tiles.Length} row tiles of "
                + $"{string.Join(", ", tiles.Select(t => t.Length).Distinct())} digits; on arrays of {arrayRows} rows it must have "
                + $"{grid.Tiles.Length} of {shape.ColumnsPerGroup}. Was the policy made for another hardware?");
        if (text.Any(c => c is not ((>= '2' and <= '8') or '0' or '/')))
            throw Invalid($"'strips' of layer '{layer}' holds something else than the digits 0 and 2 to 8, and '/'.");
        return new StripWidths(grid, [.. tiles.Select(t => t.Select(c => c - '0').ToImmutableArray())]);
    }

    /// <summary>The digits.</summary>
    public static string Write(StripWidths widths) => string.Join('/', widths.Bits.Select(t => string.Concat(t)));

    private static CimException Invalid(string message) => new(ErrorCodes.InvalidPolicy, message);
}
