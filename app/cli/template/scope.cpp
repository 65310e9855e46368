#include "app/cli/template/scope.h"

#include <charconv>

namespace lambent::cli {

std::pair<std::string, YAML::Node> intrinsic_of(const YAML::Node& node) {
    const std::string tag = node.Tag();
    if (tag.size() > 1 && tag.front() == '!' && tag[1] != '!') {
        return {tag.substr(1), node};
    }
    if (node.IsMap() && node.size() == 1) {
        const auto only = node.begin();
        const auto key = only->first.as<std::string>("");
        if (key == "Ref") {
            return {key, only->second};
        }
        if (key.starts_with("Fn::")) {
            return {key.substr(4), only->second};
        }
    }
    return {};
}

YAML::Node united(const YAML::Node& globals, const YAML::Node& own) {
    if (!globals || !own || globals.Type() != own.Type() || !intrinsic_of(globals).first.empty() ||
        !intrinsic_of(own).first.empty()) {
        return own ? own : globals;
    }
    if (own.IsSequence()) {
        YAML::Node all(YAML::NodeType::Sequence);
        for (const YAML::Node& list : {globals, own}) {
            for (const YAML::Node& item : list) {
                all.push_back(item);
            }
        }
        return all;
    }
    if (!own.IsMap()) {
        return own;
    }
    YAML::Node all(YAML::NodeType::Map);
    for (const auto& entry : globals) {
        const YAML::Node same = own[entry.first.as<std::string>("")];
        all.force_insert(entry.first, same ? united(entry.second, same) : entry.second);
    }
    for (const auto& entry : own) {
        if (!globals[entry.first.as<std::string>("")]) {
            all.force_insert(entry.first, entry.second);
        }
    }
    return all;
}

std::string Scope::place_of(const YAML::Node& node) const {
    const YAML::Mark mark = node.Mark();
    return source_name_ + (mark.is_null() ? "" : ":" + std::to_string(mark.line + 1));
}

Error Scope::error_at(const YAML::Node& node, const std::string& message) const {
    return Error(Code::kInvalidArgument, "template", place_of(node) + ": " + message);
}

std::string Scope::stack_name() const {
    const auto found = names_.find("AWS::StackName");
    return found == names_.end() ? std::string() : found->second;
}

Result<std::string> Scope::text(const YAML::Node& node, std::string_view what) const {
    const auto [function, argument] = intrinsic_of(node);
    if (!function.empty()) {
        return intrinsic(argument, function, what);
    }
    if (!node.IsScalar()) {
        return error_at(node, std::string(what) + " must be a text");
    }
    return node.Scalar();
}

Result<std::string> Scope::intrinsic(
    const YAML::Node& node, std::string_view function, std::string_view what
) const {
    if (function == "Ref") {
        return reference(node, node.as<std::string>(""));
    }
    if (function == "GetAtt") {
        return attribute_of(node);
    }
    if (function == "Sub") {
        return substitute(node);
    }
    if (function == "Join") {
        return join(node);
    }
    return error_at(
        node,
        "!" + std::string(function) + " (in " + std::string(what) +
            ") is not supported; !Ref, !Sub, !GetAtt and !Join are"
    );
}

Result<std::uint32_t> Scope::number(const YAML::Node& node, std::string_view what) const {
    LAMBENT_TRY(const std::string digits, text(node, what));
    std::uint32_t value = 0;
    const auto [end, failure] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (failure != std::errc() || end != digits.data() + digits.size()) {
        return error_at(node, std::string(what) + " must be a whole number, not " + digits);
    }
    return value;
}

Result<bool> Scope::flag(const YAML::Node& node, std::string_view what) const {
    LAMBENT_TRY(const std::string word, text(node, what));
    if (word == "true" || word == "True") {
        return true;
    }
    if (word == "false" || word == "False") {
        return false;
    }
    return error_at(node, std::string(what) + " is true or false");
}

Result<std::vector<std::string>> Scope::texts(const YAML::Node& node, std::string_view what) const {
    std::vector<std::string> values;
    if (!node.IsSequence() || !intrinsic_of(node).first.empty()) {
        LAMBENT_TRY(std::string value, text(node, what));
        values.push_back(std::move(value));
        return values;
    }
    for (const YAML::Node& entry : node) {
        LAMBENT_TRY(std::string value, text(entry, what));
        values.push_back(std::move(value));
    }
    return values;
}

Result<std::map<std::string, std::string>> Scope::text_map(
    const YAML::Node& node, std::string_view what
) const {
    std::map<std::string, std::string> values;
    if (!node.IsMap()) {
        return error_at(node, std::string(what) + " must be names with values");
    }
    for (const auto& entry : node) {
        const auto key = entry.first.as<std::string>("");
        LAMBENT_TRY(std::string value, text(entry.second, std::string(what) + " " + key));
        values[key] = std::move(value);
    }
    return values;
}

Result<std::string> Scope::reference(const YAML::Node& node, const std::string& name) const {
    const auto found = names_.find(name);
    if (found == names_.end()) {
        return error_at(
            node, "!Ref " + name + ": there is no such parameter or resource with a value here"
        );
    }
    return found->second;
}

Result<std::string> Scope::attribute(const YAML::Node& node, const std::string& path) const {
    const auto found = attributes_.find(path);
    if (found == attributes_.end()) {
        return error_at(node, "!GetAtt " + path + ": there is no such resource or attribute");
    }
    return found->second;
}

Result<std::string> Scope::attribute_of(const YAML::Node& node) const {
    if (node.IsSequence() && node.size() == 2) {
        return attribute(node, node[0].as<std::string>("") + "." + node[1].as<std::string>(""));
    }
    return attribute(node, node.as<std::string>(""));
}

Result<std::string> Scope::substitute(const YAML::Node& node) const {
    if (node.IsScalar()) {
        return substitute_in(node, node.Scalar(), {});
    }
    if (!node.IsSequence() || node.size() != 2 || !node[0].IsScalar()) {
        return error_at(node, "!Sub takes a text, or a list of a text and a map");
    }
    LAMBENT_TRY(const auto local, text_map(node[1], "!Sub"));
    return substitute_in(node, node[0].Scalar(), local);
}

Result<std::string> Scope::substitute_in(
    const YAML::Node& node, std::string_view text, const std::map<std::string, std::string>& local
) const {
    std::string out;
    while (true) {
        const auto begin = text.find("${");
        out += text.substr(0, begin);
        if (begin == std::string_view::npos) {
            return out;
        }
        text.remove_prefix(begin + 2);
        const auto end = text.find('}');
        if (end == std::string_view::npos) {
            return error_at(node, "!Sub: a ${ is never closed");
        }
        const std::string name(text.substr(0, end));
        text.remove_prefix(end + 1);
        if (name.starts_with('!')) {
            out += "${" + name.substr(1) + "}";
        } else if (const auto found = local.find(name); found != local.end()) {
            out += found->second;
        } else {
            const bool dotted = name.find('.') != std::string::npos;
            LAMBENT_TRY(
                const std::string value, dotted ? attribute(node, name) : reference(node, name)
            );
            out += value;
        }
    }
}

Result<std::string> Scope::join(const YAML::Node& node) const {
    if (!node.IsSequence() || node.size() != 2) {
        return error_at(node, "!Join takes a delimiter and a list");
    }
    LAMBENT_TRY(const std::string delimiter, text(node[0], "!Join"));
    LAMBENT_TRY(const auto parts, texts(node[1], "!Join"));
    std::string joined;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        joined += (i == 0 ? "" : delimiter) + parts[i];
    }
    return joined;
}

}  // namespace lambent::cli
