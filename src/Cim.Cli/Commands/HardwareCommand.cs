using System.CommandLine;
using System.Globalization;
using Cim.Cli.Commands.Documents;
using Cim.Cli.Invocation;
using Cim.Runtime.Hardware;
using Cim.Runtime.Hardware.Json;
using Cim.Runtime.Hardware.Profiles;
using Spectre.Console;

namespace Cim.Cli.Commands;

/// <summary><c>cim hardware list</c> and <c>cim hardware show H</c>: the hardware profiles with the source of each figure.</summary>
internal static class HardwareCommand
{
    private static readonly Argument<string> _profile = new("profile")
    {
        Description = "A built-in name or a *.cimhw.json file.",
    };

    public static Command Create() => new("hardware", "Lists and shows hardware profiles.")
    {
        new Command("list", "Lists the built-in profiles.").Does(List),
        new Command("show", "Shows a profile: every figure with unit and source.") { _profile }.Does(Show),
        new Command("fields", "Lists the fields a profile can have: unit, range, meaning (Markdown).").Does(Fields),
    };

    private static void List(ParseResult parsed, CommandContext context)
    {
        HardwareProfile[] profiles = [.. HardwareProfiles.BuiltInNames.Select(HardwareProfiles.BuiltIn)];
        context.WriteResult(
            new HardwareListDocument(profiles), CliJson.Relaxed.HardwareListDocument,
            text =>
            {
                var table = new Table().AddColumns("Profile", "Array", "Cell bits", "DAC bits", "ADC bits", "Description");
                foreach (HardwareProfile p in profiles)
                    table.AddRow(new Text(p.Name), new Text($"{p.Rows}x{p.Columns}"), Number(p.CellBits), Number(p.DacBits),
                        Number(p.AdcBits), new Text(p.Description));
                text.Write(table);
            });
    }

    private static void Show(ParseResult parsed, CommandContext context)
    {
        HardwareProfile profile = context.LoadHardware(parsed.GetRequiredValue(_profile));
        context.WriteResult(
            json => HardwareProfiles.WriteMembers(json, profile),
            text =>
            {
                text.WriteLine(profile.Name);
                text.WriteLine(profile.Description);
                var table = new Table().AddColumns("Field", "Value", "Unit", "Source", "Meaning");
                foreach (ProfileField field in ProfileFields.All)
                    table.AddRow(new Text(field.Name), new Text(ProfileWriter.ValueText(field, profile)), new Text(field.Unit),
                        new Text(SourceOf(field.Name, profile)), new Text(field.Meaning));
                text.Write(table);
            });
    }

    private static void Fields(ParseResult parsed, CommandContext context) => context.WriteResult(
        new HardwareFieldsDocument(ProfileFields.All), CliJson.Relaxed.HardwareFieldsDocument,
        text =>
        {
            foreach (ProfileField field in ProfileFields.All) text.Profile.Out.Writer.WriteLine(ProfileFields.MarkdownRow(field));
        });

    private static Text Number(int value) => new(value.ToString(CultureInfo.InvariantCulture));

    private static string SourceOf(string name, HardwareProfile profile) =>
        profile.Sources.TryGetValue(name, out string? own) ? own
        : name.Contains('.', StringComparison.Ordinal)
            && profile.Sources.TryGetValue(name[..name.IndexOf('.', StringComparison.Ordinal)], out string? group) ? group
        : "default";
}
