using System.Text.Json;
using System.Text.Json.Nodes;
using Cim.Runtime.Hardware.Json;
using Cim.Runtime.Hardware.Profiles;

namespace Cim.Cli.Commands.Schemas;

/// <summary>The JSON schema of a hardware profile, made from the table of its fields.</summary>
internal static class ProfileSchema
{
    public static JsonObject Create()
    {
        var properties = new JsonObject
        {
            ["$schema"] = Text("The schema by which an editor completes the file."),
            ["schema"] = new JsonObject { ["const"] = 1, ["description"] = "The version of the format." },
            ["name"] = Text("The name; that of the file if left out."),
            ["description"] = Text("What is described, in a sentence."),
            ["base"] = new JsonObject
            {
                ["type"] = "string",
                ["description"] = "A built-in profile, or a file beside this one, whose fields hold where this one has none.",
                ["examples"] = new JsonArray([.. HardwareProfiles.BuiltInNames.Select(n => (JsonNode)n)]),
            },
        };
        foreach (ProfileField field in ProfileFields.All)
        {
            string[] path = field.Name.Split('.');
            if (path.Length == 1) properties[field.Name] = Field(field);
            else Group(properties, path[0])[path[1]] = Field(field);
        }

        return new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Hardware profile (*.cimhw.json)",
            ["type"] = "object",
            ["properties"] = properties,
            ["additionalProperties"] = false,
            ["anyOf"] = new JsonArray(
                new JsonObject { ["required"] = new JsonArray("base") },
                new JsonObject
                {
                    ["required"] = new JsonArray([.. ProfileFields.All.Where(f => f.IsRequired).Select(f => (JsonNode)f.Name)]),
                }),
        };
    }

    private static JsonObject Group(JsonObject properties, string name)
    {
        if (properties[name] is not JsonObject group)
        {
            group = new JsonObject
            {
                ["type"] = "object",
                ["properties"] = new JsonObject { ["source"] = Text("Where the figures of this group are from.") },
                ["additionalProperties"] = false,
            };
            properties[name] = group;
        }

        return (JsonObject)group["properties"]!;
    }

    /// <summary>The bare value, or an object with it, its unit and its source.</summary>
    private static JsonObject Field(ProfileField field)
    {
        JsonObject bare = Bare(field), inUnit = Bare(field);
        // Limits are those of the bare unit.
        if (field.Units.Any())
            foreach (string limit in new[] { "minimum", "maximum" }) inUnit.Remove(limit);
        var members = new JsonObject { ["value"] = inUnit, ["source"] = Text("Where the figure is from.") };
        if (field.Units.Any()) members["unit"] = new JsonObject { ["enum"] = new JsonArray([.. field.Units.Select(u => (JsonNode)u)]) };
        return new JsonObject
        {
            ["description"] = field.Unit is "" or "1" ? field.Meaning : $"{field.Meaning} ({field.Unit})",
            ["anyOf"] = new JsonArray(bare, new JsonObject
            {
                ["type"] = "object", ["properties"] = members, ["required"] = new JsonArray("value"), ["additionalProperties"] = false,
            }),
        };
    }

    private static JsonObject Bare(ProfileField field)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            field.WriteSchema(writer);
            writer.WriteEndObject();
        }

        return (JsonObject)JsonNode.Parse(stream.ToArray())!;
    }

    private static JsonObject Text(string description) => new() { ["type"] = "string", ["description"] = description };
}
