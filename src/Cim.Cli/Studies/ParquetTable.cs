using System.Collections.Immutable;
using System.Globalization;
using Cim.Runtime.Diagnostics;
using Parquet;
using Parquet.Schema;

namespace Cim.Cli.Studies;

/// <summary>A study as Apache Parquet, which notebooks read: a column for each parameter and figure.</summary>
internal static class ParquetTable
{
    /// <summary>Writes the file whole, or not at all. A parameter whose values are all numbers is a column of numbers.</summary>
    /// <exception cref="Cim.Runtime.CimException">CIM0008: it cannot be written.</exception>
    public static void Write(string path, StudyTable table) => AtomicFile.Write(path, stream =>
    {
        // The writer moves in its stream, which a file behind a pipe cannot.
        using var memory = new MemoryStream();
        WriteAsync(memory, table).GetAwaiter().GetResult();
        memory.WriteTo(stream);
    });

    private static async Task WriteAsync(Stream stream, StudyTable table)
    {
        ImmutableArray<Column> columns =
        [
            .. table.Parameters.Select((name, p) => Column.Of(name, [.. table.Designs.Select(d => d.Choices[p])])),
            .. StudyTable.Figures.Select(f => new Column(new DataField<double?>(f.Name), null, [.. table.Designs.Select(f.Of)])),
        ];
        await using ParquetWriter writer = await ParquetWriter.CreateAsync(new ParquetSchema(columns.Select(c => (Field)c.Field)), stream);
        using ParquetRowGroupWriter group = writer.CreateRowGroup();
        foreach (Column column in columns)
        {
            if (column.Texts is { } texts) await group.WriteAsync(column.Field, texts);
            else await group.WriteAsync<double>(column.Field, column.Numbers);
        }
    }

    private sealed record Column(DataField Field, string[]? Texts, double?[] Numbers)
    {
        public static Column Of(string name, string[] values)
        {
            double?[] numbers = [.. values.Select(v =>
                double.TryParse(v, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number : (double?)null)];
            return numbers.All(n => n is not null)
                ? new Column(new DataField<double?>(name), null, numbers)
                : new Column(new DataField<string>(name), values, []);
        }
    }
}
