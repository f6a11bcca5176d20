namespace Cim.Compiler.Mapping;

/// <summary>Columns of several blocks side by side on arrays, without gaps.</summary>
internal static class SharedArrays
{
    /// <summary>A run of physical columns that begins at a place, cut at the ends of arrays.</summary>
    /// <param name="columns">Length of the run.</param>
    /// <param name="at">Columns to its left, on all arrays.</param>
    /// <param name="arrayColumns">Columns of an array.</param>
    public static IEnumerable<(int First, int Count, int Array, int InArray)> Cut(int columns, int at, int arrayColumns)
    {
        for (int first = 0; first < columns;)
        {
            int inArray = (at + first) % arrayColumns, count = Math.Min(columns - first, arrayColumns - inArray);
            yield return (first, count, (at + first) / arrayColumns, inArray);
            first += count;
        }
    }
}
